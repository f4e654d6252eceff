import { instrumentWebSockets } from '@closespan/browser';

addEventListener('message', async ({ data: { ws, otlp, serviceName } }) => {
  const handle = instrumentWebSockets({ serviceName, otlp: { url: otlp } });
  const socket = new WebSocket(`${ws}/server/1011`);
  await new Promise((resolve) => socket.addEventListener('close', resolve));
  await handle.shutdown();
  postMessage('closed');
});
