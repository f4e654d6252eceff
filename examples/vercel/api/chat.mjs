import { instrumentWebSockets } from '@closespan/node';
import { experimental_upgradeWebSocket, waitUntil } from '@vercel/functions';

const { forceFlush } = instrumentWebSockets({
  serviceName: 'chat',
  otlp: { url: 'https://otlp.example.com' },
});

export function GET() {
  return experimental_upgradeWebSocket((socket) => {
    const closed = new Promise((resolve) => socket.on('close', resolve));
    waitUntil(closed.then(() => forceFlush({ timeout: 5000 })));
    socket.on('message', (text) => socket.send(`you said: ${text}`));
  });
}
