// A page's app; its button stands for whatever makes the first connection. Built by bundlers.test.ts.
import { instrumentWebSockets } from '@closespan/browser';

const otlp = { url: new URLSearchParams(location.search).get('otlp') };
const { forceFlush } = instrumentWebSockets({ serviceName: 'bundled', otlp });
document.querySelector('button').addEventListener('click', () => {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/close/1011`);
  socket.addEventListener('close', () => forceFlush());
});
