import { inspect } from 'node:util';
import { type Closing, now, ownProperty, requestedReason } from '@closespan/core/platform';
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

/**
 * Largest number of open streams to one URL that are searched for the closed stream. If more are open, the close code
 * may stay unknown.
 */
const MOST_CANDIDATES = 100;

/**
 * Notes a call of `close({ closeCode, reason })` on a `WebSocketStream` that is about to run. A stream does not reveal
 * its connection. But the call writes a Close frame, so the connection is the one whose count of written bytes grows.
 * @param openStreams open connections that belong to no `WebSocket`
 * @param noteClosing called after the call, with the connection to which bytes were written
 */
export function noteStreamCloseCall(
  self: object,
  info: unknown,
  aborted: AbortedSockets,
  openStreams: Iterable<UndiciConnection>,
  noteClosing: (connection: UndiciConnection, closing: Closing) => void,
): CloseCall {
  const stream = self as WebSocketStreamLike;
  const closing: Closing = { at: now(), by: 'local', ...closeInfoOf(info) };
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

/**
 * Reads `closeCode` and `reason` without calling a getter of the app's object. Only undici may call such a getter, and
 * only once.
 */
function closeInfoOf(info: unknown): Pick<Closing, 'code' | 'reason'> {
  const object = typeof info === 'object' && info ? info : {};
  const own = (name: string) => ownProperty(object, name)?.value;
  return { code: truncatedCode(own('closeCode')), reason: requestedReason(own('reason')) };
}

/**
 * Says whether a promise is pending. `inspect` is used because a handler for the promise would hide an unhandled
 * rejection from the app.
 */
function isPending(promise: Promise<unknown>): boolean {
  return inspect(promise, { depth: 0 }).includes('<pending>');
}
