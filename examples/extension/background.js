import { instrumentWebSockets } from '@closespan/browser/worker';

instrumentWebSockets({ serviceName: 'extension', otlp: { url: 'https://otlp.example.com' } });
const socket = new WebSocket('wss://chat.example.com/feed');
socket.addEventListener('open', () => {
  const timer = setInterval(() => socket.send('keepalive'), 20_000);
  socket.addEventListener('close', () => clearInterval(timer));
});
