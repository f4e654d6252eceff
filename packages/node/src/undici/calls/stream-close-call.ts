import { inspect } from 'node:util';
import { type Closing, now } from '@closespan/core/platform';
import type { UndiciConnection } from '../connection/undici-connection.ts';
import { isTo } from '../connection/undici-facts.ts';
import { requestedUrl } from '../connection/undici-request.ts';
import type { AbortedSockets } from './aborted-sockets.ts';
import type { CloseCall } from './close-calls.ts';
import { truncatedCode } from './requested-code.ts';

interface WebSocketStreamLike {
  readonly url: string;
  readonly opened: Promise<unknown>;
}

/** Limit of open streams to one URL among which the closed one is looked for; beyond it the code stays unknown. */
const MOST_CANDIDATES = 100;

/**
 * Notes a call of `close({ closeCode, reason })` on a `WebSocketStream` that is about to run. A stream does not show its
 * connection: its connection is the one over which the call writes bytes, those of the Close frame.
 * @param openStreams connections that belong to no `WebSocket`
 * @param noteClosing called after the call with the connection over which bytes were written
 */
export function noteStreamCloseCall(
  self: object,
  info: unknown,
  aborted: AbortedSockets,
  openStreams: Iterable<UndiciConnection>,
  noteClosing: (connection: UndiciConnection, closing: Closing) => void,
): CloseCall {
  const stream = self as WebSocketStreamLike;
  const closing: Closing = { at: now(), by: 'local', code: closeCodeOf(info) };
  if (isPending(stream.opened)) aborted.noteCall(closing, stream.url);
  const url = requestedUrl(stream.url);
  const writtenBefore = new Map<UndiciConnection, number>();
  for (const connection of openStreams) {
    const { facts, tracked } = connection;
    if (!isTo(facts, url) || tracked.closing) continue;
    writtenBefore.set(connection, facts.wire?.bytesWritten ?? Number.NaN);
    if (writtenBefore.size === MOST_CANDIDATES) break;
  }
  return {
    closing,
    noteReturn() {
      for (const [connection, before] of writtenBefore) {
        if ((connection.facts.wire?.bytesWritten ?? 0) > before) noteClosing(connection, closing);
      }
    },
    noteThrow: () => aborted.forget(closing),
  };
}

/** Reads `closeCode` without calling a getter of the app's object: only undici may call it, once. */
function closeCodeOf(info: unknown): number | undefined {
  const object = typeof info === 'object' && info ? info : {};
  return truncatedCode(Object.getOwnPropertyDescriptor(object, 'closeCode')?.value);
}

/** Whether a promise is pending. A handler of ours would make an unhandled rejection a handled one; `inspect` does not. */
function isPending(promise: Promise<unknown>): boolean {
  return inspect(promise, { depth: 0 }).includes('<pending>');
}
