import { instrumentWebSockets } from '@closespan/browser';

// As an app has it; the button stands for whatever makes its first connection.
const otlp = { url: new URLSearchParams(location.search).get('otlp') };
const { forceFlush } = instrumentWebSockets({ serviceName: 'bundled', otlp });
document.querySelector('button').addEventListener('click', () => {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/close/1011`);
  socket.addEventListener('close', () => forceFlush());
});
