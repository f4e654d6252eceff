import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A collector that does not behave, on a port of 127.0.0.1. */
export interface HostileCollector {
  /** Base address, as `OTEL_EXPORTER_OTLP_ENDPOINT` takes it. */
  readonly url: string;
  /** Resolves when the first bytes of a request have come. */
  readonly requested: Promise<void>;
  close(): Promise<void>;
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
/** Sends a text once, and then a byte each few milliseconds for ever. */
const drip = (text: string, byte: string) => (socket: Socket) => {
  socket.write(text);
  const timer = setInterval(() => socket.write(byte), 20);
  socket.on('close', () => clearInterval(timer));
};
const once200 = (socket: Socket) => socket.write(`${OK}content-length: 2\r\n\r\n{}`);

/** What a collector does with a connection on which bytes have come. */
const BEHAVIOURS = {
  'takes requests and never answers': () => {},
  'drips the status line': drip('HTTP/1.1 200 ', 'O'),
  'drips the headers': drip(`${OK}x: `, 'x'),
  'drips the body of a 200': drip(`${OK}transfer-encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
  'drips the body of a 503': drip('HTTP/1.1 503 Away\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\n \r\n'),
  'hangs after the headers': (socket: Socket) => socket.write(`${OK}content-length: 9\r\n\r\n`),
  'interims for ever': drip('', 'HTTP/1.1 102 Processing\r\n\r\n'),
  'answers 503': (socket: Socket) => socket.write('HTTP/1.1 503 Away\r\ncontent-length: 0\r\n\r\n'),
  'answers 429 for a year': (socket: Socket) =>
    socket.write('HTTP/1.1 429 Slow\r\nretry-after: 31536000\r\ncontent-length: 0\r\n\r\n'),
  'answers 400': (socket: Socket) => socket.write('HTTP/1.1 400 No\r\ncontent-length: 0\r\n\r\n'),
  'hangs in TLS': () => {},
  'refuses connections': once200,
} satisfies Record<string, (socket: Socket) => unknown>;

export type Behaviour = keyof typeof BEHAVIOURS;
/** The behaviours at which an export is on its way for as long as the collector likes. */
export const HANGING = (Object.keys(BEHAVIOURS) as Behaviour[]).filter((name) =>
  /never|drips|hangs|interims/.test(name),
);
/** All behaviours. */
export const HOSTILE = Object.keys(BEHAVIOURS) as Behaviour[];

/** Starts a collector that behaves in one way with each connection. */
export async function startHostileCollector(behaviour: Behaviour): Promise<HostileCollector> {
  const sockets = new Set<Socket>();
  let noteRequest = () => {};
  const requested = new Promise<void>((resolve) => {
    noteRequest = resolve;
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.once('data', () => {
      noteRequest();
      BEHAVIOURS[behaviour](socket);
    });
    // Of a response that is complete the connection lives on, and takes further requests.
    if (/answers/.test(behaviour)) {
      socket.on('data', (data) => {
        if (String(data).startsWith('POST') && socket.bytesWritten > 0) BEHAVIOURS[behaviour](socket);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function close(): Promise<void> {
    if (!server.listening) return;
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }

  if (behaviour === 'refuses connections') await close();
  const scheme = behaviour === 'hangs in TLS' ? 'https' : 'http';
  return { url: `${scheme}://127.0.0.1:${port}`, requested, close };
}
