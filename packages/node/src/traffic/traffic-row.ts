import { FROZEN, markOf } from './count-mark.ts';
import { type CountedStream, receivedBy, sentBy } from './counted-stream.ts';

/** Number of 32-bit integers that the traffic of one open connection takes. */
export const ROW_LENGTH = 4;

/** Place of the marks of the last seen counts, 16 bits each: received bytes, then sent bytes. */
const MARKS = 0;
/** Place of the time of the last received byte, in hundredths of a second. 32 bits last for 497 days. */
const RECEIVED_AT = 1;
/** Place of the time of the last sent byte, in hundredths of a second. */
const SENT_AT = 2;
/** Place of the counts at the opening, 16 bits each. The handshake of most connections is shorter than 64 KiB. */
const BASES = 3;

const LARGEST_BASE = 0xffff;
/** Counts at the opening that do not fit into 16 bits, for example after long responses over the same TCP connection. */
const largeBases = new WeakMap<object, readonly [received: number, sent: number]>();

/** Bytes and times of one connection. Times are monotonic milliseconds. */
export interface Traffic {
  /** Number of bytes received after the handshake; `undefined` if the stream does not count them. */
  readonly receivedSize: number | undefined;
  /** Number of bytes sent after the handshake; `undefined` if the stream does not count them. */
  readonly sentSize: number | undefined;
  /** Time of the last byte from the peer. */
  readonly receivedAt: number;
  /** Time of the last byte to the peer. */
  readonly sentAt: number;
}

/**
 * Starts the row of a connection that opens.
 * @param head number of bytes after the handshake that the stream has received already
 */
export function startRow(
  rows: Uint32Array,
  at: number,
  stream: CountedStream,
  head: number,
  time: number,
): void {
  const received = Math.max(0, (receivedBy(stream) ?? 0) - head);
  const sent = sentBy(stream) ?? 0;
  const isLarge = received > LARGEST_BASE || sent > LARGEST_BASE;
  if (isLarge) largeBases.set(stream, [received, sent]);
  rows[at + MARKS] = marksOf(markOf(received + head), markOf(sent));
  rows[at + RECEIVED_AT] = hundredthsOf(time);
  rows[at + SENT_AT] = hundredthsOf(time);
  rows[at + BASES] = isLarge ? 0 : (received << 16) | sent;
}

/**
 * Compares the counts of a stream with those of the last visit.
 * @param time time for which a change is noted
 * @param ignored number of the last received bytes that are no sign of life: the peer's Close frame
 */
export function visitRow(
  rows: Uint32Array,
  at: number,
  stream: CountedStream,
  time: number,
  ignored = 0,
): void {
  const marks = rows[at + MARKS] ?? FROZEN;
  let receivedMark = marks >>> 16;
  let sentMark = marks & FROZEN;
  const count = receivedBy(stream) ?? 0;
  const received = markOf(count);
  if (received !== receivedMark && receivedMark !== FROZEN) {
    if (!ignored || markOf(count - ignored) !== receivedMark) noteTime(rows, at + RECEIVED_AT, time);
    receivedMark = received;
  }
  const sent = markOf(sentBy(stream) ?? 0);
  if (sent !== sentMark && sentMark !== FROZEN) {
    noteTime(rows, at + SENT_AT, time);
    sentMark = sent;
  }
  rows[at + MARKS] = marksOf(receivedMark, sentMark);
}

/** Copies the row of a connection. A view of the row, which `set` needs, would take longer. */
export function copyRow(from: Uint32Array, fromAt: number, to: Uint32Array, toAt: number): void {
  for (let i = 0; i < ROW_LENGTH; i++) to[toAt + i] = from[fromAt + i] ?? 0;
}

/** Compares the counts again, from now on. */
export function thawRow(rows: Uint32Array, at: number, stream: CountedStream): void {
  rows[at + MARKS] = marksOf(markOf(receivedBy(stream) ?? 0), markOf(sentBy(stream) ?? 0));
}

/** Keeps the time of the last sent byte: later bytes belong to the closing handshake. */
export function freezeSent(rows: Uint32Array, at: number): void {
  rows[at + MARKS] = (rows[at + MARKS] ?? 0) | FROZEN;
}

/** Keeps the times of the last bytes in both directions. */
export function freezeRow(rows: Uint32Array, at: number): void {
  rows[at + MARKS] = marksOf(FROZEN, FROZEN);
}

/** Returns the time of the last byte from the peer, in monotonic milliseconds. */
export function receivedAtOf(rows: Uint32Array, at: number): number {
  return (rows[at + RECEIVED_AT] ?? 0) * 10;
}

/** Reads the traffic of a connection from its row and its stream. */
export function trafficOfRow(rows: Uint32Array, at: number, stream: CountedStream): Traffic {
  const bases = rows[at + BASES] ?? 0;
  const [received, sent] = largeBases.get(stream) ?? [bases >>> 16, bases & LARGEST_BASE];
  return {
    receivedSize: sizeOf(receivedBy(stream), received),
    sentSize: sizeOf(sentBy(stream), sent),
    receivedAt: receivedAtOf(rows, at),
    sentAt: (rows[at + SENT_AT] ?? 0) * 10,
  };
}

function marksOf(received: number, sent: number): number {
  return ((received << 16) | sent) >>> 0;
}

/** A connection may begin after the last visit of its neighbours, so its times never go back. */
function noteTime(rows: Uint32Array, place: number, time: number): void {
  rows[place] = Math.max(rows[place] ?? 0, hundredthsOf(time));
}

function hundredthsOf(time: number): number {
  return Math.max(0, Math.round(time / 10));
}

function sizeOf(count: number | undefined, base: number): number | undefined {
  return count === undefined ? undefined : Math.max(0, count - base);
}
