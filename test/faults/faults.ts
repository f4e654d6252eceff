import type { Socket } from 'node:net';
import type { OtlpReceiverOptions } from '@closespan/testing';

/** One way in which a collector fails. */
export interface Fault {
  /** What the collector does, as a row of the table says. */
  readonly does: string;
  /** Reads and writes the bytes of a connection in place of a receiver. */
  readonly onConnection?: (socket: Socket) => void;
  /** What a real receiver does that is in the place of the collector. */
  readonly receiver?: OtlpReceiverOptions;
  /** Nothing listens on the collector's port. */
  readonly isClosed?: true;
  /** The collector speaks TLS; while it fails, with a certificate that nobody trusts. */
  readonly hasTls?: true;
  /** The collector keeps the spans, and resets the connection in the body of its response. */
  readonly breaksResponse?: true;
  /** What the collector says of spans is final. */
  readonly isFinal?: true;
  /** The collector asks for so long a wait that no test can await its end. */
  readonly asksToWait?: true;
  /** The receiver of the test keeps also the spans that the collector rejects. */
  readonly keepsRejected?: true;
  /** Closes that the standard says are lost, of 100 connections with two ends each. */
  readonly lost?: number;
}

/** Sends a text once, and then a byte each few milliseconds for ever. */
const drip = (text: string, byte: string) => (socket: Socket) =>
  socket.once('data', () => {
    socket.write(text);
    const timer = setInterval(() => socket.write(byte), 20);
    socket.on('close', () => clearInterval(timer));
  });

const status = (code: number, headers: Record<string, string> = {}): OtlpReceiverOptions => ({
  status: () => code,
  headers: () => headers,
});

/** Path of the connection whose closes a collector rejects. */
const REJECTED = '"/7"';

/** Takes all spans but those of one connection. */
function rejectOne(): OtlpReceiverOptions {
  let rejected = 0;
  return {
    status(_path, bytes) {
      rejected = String(bytes).split(REJECTED).length - 1;
      return 200;
    },
    body: () => JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected), errorMessage: 'no' } }),
  };
}

const ALL = 200;

/** All faults, in the order of the table. */
export const FAULTS: readonly Fault[] = [
  { does: 'refuses connections', isClosed: true },
  { does: 'takes connections and sends nothing', onConnection: (socket) => void socket.resume() },
  { does: 'drips its status line', onConnection: drip('HTTP/1.1 200 ', 'O') },
  {
    does: 'drips the body of a 503',
    onConnection: drip('HTTP/1.1 503 Away\r\ncontent-length: 9999\r\n\r\n', ' '),
  },
  { does: 'sends interim responses for ever', onConnection: drip('', 'HTTP/1.1 102 Processing\r\n\r\n') },
  { does: 'resets connections', receiver: status(0) },
  {
    does: 'sends bytes that are no HTTP',
    onConnection: (socket) => socket.once('data', () => socket.end('no\r\n\r\n')),
  },
  { does: 'responds with 503', receiver: status(503) },
  {
    does: 'responds with 429 for ten years',
    receiver: status(429, { 'retry-after': '315360000' }),
    asksToWait: true,
  },
  { does: 'redirects to another place', receiver: status(307, { location: 'http://127.0.0.1:1/' }) },
  { does: 'shows a certificate that nobody trusts', hasTls: true },
  { does: 'hangs in the TLS handshake', hasTls: true, onConnection: (socket) => void socket.resume() },
  {
    does: 'takes spans, and responds with garbage',
    receiver: { body: () => '<html>\u0000' },
    isFinal: true,
    lost: 0,
  },
  { does: 'takes spans, and resets in its response', breaksResponse: true, isFinal: true, lost: 0 },
  {
    does: 'rejects the closes of one connection',
    receiver: rejectOne(),
    isFinal: true,
    keepsRejected: true,
    lost: 2,
  },
  { does: 'responds with 413', receiver: status(413), isFinal: true, lost: ALL },
  { does: 'responds with 500', receiver: status(500), isFinal: true, lost: ALL },
];
