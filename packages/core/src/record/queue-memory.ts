import type { CloseFacts, PendingClose } from './close-facts.ts';
import { cut, LONGEST_TEMPLATE } from './text-limits.ts';

/**
 * Most characters of each text that a peer, a proxy or a library may choose. A longer text is cut, and its last
 * character is then an ellipsis (`…`).
 */
const LONGEST = {
  /** A Close frame has room for 123 bytes (RFC 6455 §5.5); a library may hand over more. */
  reason: 256,
  subprotocol: 128,
  extensions: 256,
  template: LONGEST_TEMPLATE,
  origin: 255,
  /** An IPv6 address with a zone may have any length. */
  clientAddress: 64,
  errorCode: 64,
} as const;
const TEXTS = Object.keys(LONGEST) as (keyof typeof LONGEST)[];
/** Most characters of a URL that waits, with its query. */
const LONGEST_RAW_URL = 2048;

/** Bytes of a waiting close without its texts, as measured in Node 24. */
const OBJECT_BYTES = 640;
/** Bytes of a trace state with 32 members, the most that there may be (W3C Trace Context §3.3.1.1). */
const TRACE_STATE_BYTES = 4096;

/** Bounds the memory of the closes that wait in a queue. */
export interface QueueMemory {
  /** Returns a close as it may wait, with texts within their limits, and counts its bytes. */
  take(closed: PendingClose): PendingClose;
  /** Takes the bytes of a close off the count. */
  release(closed: PendingClose): void;
  /** Returns whether no close should be taken before others are released. */
  isFull(): boolean;
}

/** Makes a memory of a number of bytes, as estimated. */
export function createQueueMemory(capacity: number): QueueMemory {
  let bytes = 0;
  return {
    take(closed) {
      const limited = limitTexts(closed);
      bytes += bytesOf(limited);
      return limited;
    },
    release(closed) {
      bytes -= bytesOf(closed);
    },
    isFull: () => bytes >= capacity,
  };
}

/**
 * Returns a close whose texts are within their limits: the same object where no text is too long. A value that is no
 * text becomes `undefined`, since a library may hand over anything.
 */
function limitTexts(closed: PendingClose): PendingClose {
  const { facts } = closed;
  let limited: { -readonly [K in keyof CloseFacts]: unknown } | undefined;
  const url: unknown = facts.url;
  if (typeof url !== 'string') limited = { ...facts, url: '' };
  else if (url.length > LONGEST_RAW_URL) limited = { ...facts, url: flat(url.slice(0, LONGEST_RAW_URL)) };
  for (const name of TEXTS) {
    const text: unknown = facts[name] ?? '';
    if (typeof text === 'string' && text.length <= LONGEST[name]) continue;
    limited ??= { ...facts };
    limited[name] = typeof text === 'string' ? limitText(name, text) : undefined;
  }
  return limited ? { ...closed, facts: limited as CloseFacts } : closed;
}

/** Returns a text within the limit of its kind, as a copy that shares no memory. */
export function limitText(name: keyof typeof LONGEST, text: string): string {
  return flat(cut(text, LONGEST[name]));
}

/** Returns a copy that shares no memory. V8 makes a part of a text as a view, which keeps the whole text in memory. */
export function flat(text: string): string {
  // To join an array writes a new text. V8 copies texts of less than 13 characters by itself.
  return text.length < 13 ? text : [text.slice(0, 1), text.slice(1)].join('');
}

/**
 * Estimates the memory of a close that waits, in bytes: its objects, and a byte a character. The texts are within their
 * limits already.
 */
function bytesOf({ connection, facts }: PendingClose): number {
  let bytes = OBJECT_BYTES + facts.url.length;
  for (const name of TEXTS) bytes += facts[name]?.length ?? 0;
  return connection.creation?.traceState ? bytes + TRACE_STATE_BYTES : bytes;
}
