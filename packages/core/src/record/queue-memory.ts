import { attributeBytes, noteBytes } from './attribute-bytes.ts';
import type { CloseFacts, PendingClose } from './close-facts.ts';
import type { CloseNote } from './close-note.ts';
import type { Connection } from './connection.ts';
import { ownFacts } from './own-facts.ts';
import { cut, flat, LONGEST_TEMPLATE } from './text-limits.ts';
import { wallTime } from './wall-clock.ts';

/**
 * Largest number of characters of each text that a peer, a proxy or a library may choose. A longer text is cut, and
 * then ends with an ellipsis (`…`).
 */
const LONGEST = {
  /**
   * Limit of the close reason, in characters. A Close frame has room for 123 bytes (RFC 6455 §5.5), but a library may
   * pass more.
   */
  reason: 256,
  subprotocol: 128,
  extensions: 256,
  template: LONGEST_TEMPLATE,
  origin: 255,
  /** Limit of the client's address, in characters. An IPv6 address with a zone may have any length. */
  clientAddress: 64,
  errorCode: 64,
} as const;
// Marked as pure: a page leaves the limits out.
const TEXTS = /* @__PURE__ */ Object.keys(LONGEST) as (keyof typeof LONGEST)[];
/** Codes of Node, its libraries and Bun: `ECONNRESET`, `WS_ERR_INVALID_UTF8`, `ConnectionRefused`. */
const ERROR_CODE = /^(?:(?!(?:\D*\d){5})[A-Z][A-Z\d_]*…?|[A-Z][A-Za-z]{1,40})$/;
/** Value of `error.type` for an error that has no code of its own (OpenTelemetry, attribute `error.type`). */
const OTHER = '_OTHER';
/** Largest number of characters of a URL in the queue, including the query. */
const LONGEST_RAW_URL = 2048;

/** Memory of a waiting close without its texts, in bytes, as measured in Node 24. */
const OBJECT_BYTES = 640;
/**
 * Memory of a trace state with 32 members, in bytes. A trace state has at most 32 members (W3C Trace Context §3.3.1.1).
 */
const TRACE_STATE_BYTES = 4096;

/** Largest number of waiting closes that keep their sockets alive, for `closeHook`. Other closes hold sockets weakly. */
const MOST_HELD = 1000;

/** Memory of one waiting close. All copies of the close share this object. */
interface Weight {
  /** Estimate of the memory, in bytes. */
  bytes: number;
  /** Note of the app that counts in `bytes`. */
  note: CloseNote | undefined;
}

/** A close that waits in a queue, and that counts in the memory of the queue. */
interface TakenClose extends PendingClose {
  readonly weight: Weight;
  /** The app's socket, which this close keeps alive. `undefined` if the socket is held weakly, or is not known. */
  readonly held: object | undefined;
}

/** Limits the memory of the closes that wait in a queue. */
export interface QueueMemory {
  /**
   * Counts the memory of a close that will wait. Returns the close, with each text that is too long cut to its limit,
   * and with a time that can be exported.
   */
  take(closed: PendingClose): PendingClose;
  /** Subtracts the memory of a close that no longer waits. */
  release(closed: PendingClose): void;
  /** Returns whether the memory is used up, so that other closes must leave the queue first. */
  isFull(): boolean;
}

/**
 * Makes a memory limit for the closes that wait.
 * @param capacity largest estimated size of these closes together, in bytes
 */
export function createQueueMemory(capacity: number): QueueMemory {
  let bytes = 0;
  let heldSockets = 0;
  /** Close that was taken last. The app's listeners may still note on it. */
  let latest: TakenClose | undefined;

  /** Counts what the app has noted since the latest close was taken. */
  function countLateNote(): void {
    if (!latest) return;
    const { weight, connection } = latest;
    const { note } = connection;
    if (note === weight.note) return;
    const growth = noteBytes(note) - noteBytes(weight.note);
    weight.note = note;
    weight.bytes += growth;
    bytes += growth;
  }

  return {
    take(closed): TakenClose {
      const { connection, facts, closedAt, closeTime, socket, isOpening } = closed;
      const outage = Object.hasOwn(closed, 'outage') ? closed.outage : undefined;
      countLateNote();
      const limited = limitTexts(ownFacts(facts, closedAt));
      const size = bytesOf(connection, limited);
      const held = socket && heldSockets < MOST_HELD ? socket.deref() : undefined;
      bytes += size;
      if (held) heldSockets++;
      const weight = { bytes: size, note: connection.note };
      const time = wallTime(closeTime);
      latest = {
        connection,
        facts: limited,
        closedAt,
        closeTime: time,
        socket,
        weight,
        held,
        isOpening: outage && isOpening,
        outage,
        // Members of its own: somebody may have added such a member to `Object.prototype`.
        end: undefined,
        attempt: undefined,
        previous: undefined,
        causes: undefined,
      };
      return latest;
    },
    release({ weight, held }: PendingClose & Partial<TakenClose>) {
      latest = undefined;
      bytes -= weight?.bytes ?? 0;
      if (held) heldSockets--;
    },
    isFull() {
      countLateNote();
      return bytes >= capacity;
    },
  };
}

/**
 * Returns facts with texts within their limits. If no text is too long, `facts` itself is returned. A value that is not
 * a text becomes `undefined`, because a library may pass any value.
 */
function limitTexts(facts: CloseFacts): CloseFacts {
  if (areWithinLimits(facts)) return facts;
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
  const { errorCode } = (limited ?? facts) as CloseFacts;
  // The app may destroy a socket with an error of its own, whose code is any text.
  if (errorCode && !ERROR_CODE.test(errorCode)) limited = { ...(limited ?? facts), errorCode: OTHER };
  return (limited ?? facts) as CloseFacts;
}

/** Says whether all texts are within their limits. Written text by text: this runs for each close, in the app's turn. */
function areWithinLimits(facts: CloseFacts): boolean {
  // A code has to look like one, too.
  if (facts.url === undefined || facts.errorCode !== undefined) return false;
  return (
    isWithin(facts.url, LONGEST_RAW_URL) &&
    isWithin(facts.reason, LONGEST.reason) &&
    isWithin(facts.subprotocol, LONGEST.subprotocol) &&
    isWithin(facts.extensions, LONGEST.extensions) &&
    isWithin(facts.template, LONGEST.template) &&
    isWithin(facts.origin, LONGEST.origin) &&
    isWithin(facts.clientAddress, LONGEST.clientAddress)
  );
}

function isWithin(text: unknown, limit: number): boolean {
  return text === undefined || (typeof text === 'string' && text.length <= limit);
}

/** Returns a text within the limit for its kind. The result is a copy, which keeps no longer text in memory. */
export function limitText(name: keyof typeof LONGEST, text: string): string {
  return flat(cut(text, LONGEST[name]));
}

function lengthOf(text: string | undefined): number {
  return text?.length ?? 0;
}

/**
 * Returns an estimate of the memory of a waiting close, in bytes: its objects, and one byte for each character. The
 * texts must already be within their limits.
 */
function bytesOf({ closing, creation, note }: Connection, facts: CloseFacts): number {
  let bytes = OBJECT_BYTES + facts.url.length;
  bytes += lengthOf(facts.reason) + lengthOf(facts.subprotocol) + lengthOf(facts.extensions);
  bytes += lengthOf(facts.template) + lengthOf(facts.origin) + lengthOf(facts.clientAddress);
  bytes += lengthOf(facts.errorCode) + lengthOf(closing?.reason);
  if (facts.furtherAttributes) bytes += attributeBytes(facts.furtherAttributes);
  bytes += noteBytes(note);
  return creation?.traceState ? bytes + TRACE_STATE_BYTES : bytes;
}
