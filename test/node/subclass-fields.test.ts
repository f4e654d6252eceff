import { instrumentWebSockets } from '@closespan/node';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { WebSocket as Undici6 } from 'undici6';
import { WebSocket as Undici7 } from 'undici7';
import { expect, it } from 'vitest';
import { WebSocketServer, WebSocket as Ws } from 'ws';
// @ts-expect-error: this version has no types
import Ws74 from 'ws74';

const MEMBERS = ['url', 'protocol', 'extensions', 'bufferedAmount'];
type Base = new (url: string) => Pick<WebSocket, 'addEventListener' | 'close'>;

// `ws` itself reads `readyState`.
it.each<[name: string, Base: unknown, members: readonly string[]]>([
  ['ws', Ws, MEMBERS],
  ['ws 7.4', Ws74, MEMBERS],
  ['undici 6', Undici6, [...MEMBERS, 'readyState']],
  ['undici 7', Undici7, [...MEMBERS, 'readyState']],
  ['the global', globalThis.WebSocket, [...MEMBERS, 'readyState']],
])('fields of a subclass of %s, as compilers write them, change no record', async (_name, given, members) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  class Chat extends (given as Base) {
    constructor(url: string) {
      super(url);
      for (const name of members) Object.defineProperty(this, name, { value: undefined, writable: true });
    }
  }
  const { port } = server.address() as { port: number };
  const socket = new Chat(`ws://127.0.0.1:${port}/chat`);
  socket.addEventListener('open', () => socket.close(4001));
  await new Promise((resolve) => socket.addEventListener('close', resolve));
  await handle.shutdown();
  await Promise.all([receiver.close(), new Promise((resolve) => server.close(resolve))]);
  expect(receiver.spans.map(closeLine)).toContain('/chat client 4001 clean local local_close');
});
