import type { Seen } from './run-ending.ts';
import type { Stream } from './run-stream.ts';

declare const WebSocketStream: new (url: string) => Stream;

const bytes = Uint8Array.from({ length: 300 }, (_, index) => index);
/** Eight messages, with 2368 bytes of payload. */
const MESSAGES = [
  'hello',
  'né€😀',
  '',
  'é'.repeat(1000),
  '\ud800',
  bytes,
  bytes.buffer.slice(0, 10),
  new Blob([bytes.slice(0, 40)]),
];

/** Sends messages of each kind to a server that returns them, and closes. Tells what the app saw. */
export async function runExchange(url: string): Promise<Seen> {
  const seen: string[] = [];
  const socket = new WebSocket(url);
  await new Promise<void>((resolve) => {
    socket.onopen = () => {
      for (const message of MESSAGES) socket.send(message);
    };
    socket.onmessage = ({ data, currentTarget }) => {
      seen.push(`${typeof data} ${data.length ?? data.size} ${currentTarget === socket}`);
      // What a script dispatches is no message.
      if (seen.length === 1) socket.dispatchEvent(new MessageEvent('message', { data: 'made up' }));
      if (seen.length <= MESSAGES.length) return;
      socket.close(1000);
      // A closing socket sends nothing more.
      socket.send('too late');
    };
    socket.onclose = () => resolve();
  });
  return seen;
}

/** As `runExchange`, through a `WebSocketStream`, and by a pipe in place of reads. */
export async function runStreamExchange(url: string): Promise<Seen> {
  const seen: string[] = [];
  const stream = new WebSocketStream(url);
  const { readable, writable } = await stream.opened;
  const writer = writable.getWriter();
  const reader = readable.getReader();
  // A `Blob` is no chunk of a stream.
  for (const message of MESSAGES.slice(0, -1)) {
    await writer.write(message);
    const { value } = await reader.read();
    seen.push(`${typeof value} ${value.length ?? value.byteLength}`);
  }
  writer.releaseLock();
  reader.releaseLock();
  stream.close({ closeCode: 1000 });
  const end = await readable.getReader().read();
  seen.push(`done ${end.done}`);
  await stream.closed;
  seen.push(await writable.getWriter().closed.then(String, ({ name }) => name));
  return seen;
}
