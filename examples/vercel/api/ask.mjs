import { instrumentWebSockets } from '@closespan/node';
import { waitUntil } from '@vercel/functions';

const { forceFlush } = instrumentWebSockets({
  serviceName: 'ask',
  otlp: { url: 'https://otlp.example.com' },
});

export async function GET() {
  const socket = new WebSocket('wss://chat.example.com/ask');
  const { code } = await new Promise((resolve) => socket.addEventListener('close', resolve));
  waitUntil(forceFlush({ timeout: 5000 }));
  return Response.json({ code });
}
