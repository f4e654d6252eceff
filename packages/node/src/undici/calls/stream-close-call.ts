import { inspect } from 'node:util';
import { type Closing, now } from '@closespan/core/platform';
import { isTo, type UndiciConnection } from '../connection/undici-connection.ts';
import { requestedUrl } from '../connection/undici-request.ts';
import type { GivenUpSockets } from './aborted-sockets.ts';
import type { CloseCall } from './close-calls.ts';
import { truncatedCode } from './requested-code.ts';

interface WebSocketStreamLike {
  readonly url: string;
  readonly opened: Promise<unknown>;
}

/** So many streams to one URL are looked through for the one that is closed; beyond that its code stays unknown. */
const MOST_CANDIDATES = 100;

/**
 * Says what the app's `close({ closeCode, reason })` of a `WebSocketStream` means. A stream does not show its
 * connection: it is the one over which the call writes the Close frame.
 * @param openStreams the connections that are no WebSocket's
 * @param began called when one of them has begun to close
 */
export function beginStreamClose(
  self: object,
  info: unknown,
  givenUp: GivenUpSockets,
  openStreams: Iterable<UndiciConnection>,
  began: (connection: UndiciConnection, closing: Closing) => void,
): CloseCall {
  const stream = self as WebSocketStreamLike;
  const closing: Closing = { at: now(), by: 'local', code: closeCodeOf(info) };
  if (isPending(stream.opened)) givenUp.add(closing, stream.url);
  const url = requestedUrl(stream.url);
  const written = new Map<UndiciConnection, number>();
  for (const connection of openStreams) {
    if (!isTo(connection, url) || connection.connection.closing) continue;
    written.set(connection, connection.wire?.bytesWritten ?? Number.NaN);
    if (written.size === MOST_CANDIDATES) break;
  }
  return {
    closing,
    done() {
      for (const [connection, before] of written) {
        if ((connection.wire?.bytesWritten ?? 0) > before) began(connection, closing);
      }
    },
    takeBack: () => givenUp.remove(closing),
  };
}

/** Looks without calling a getter: undici reads the app's object, and nobody else. */
function closeCodeOf(info: unknown): number | undefined {
  const object = typeof info === 'object' && info ? info : {};
  return truncatedCode(Object.getOwnPropertyDescriptor(object, 'closeCode')?.value);
}

/** A handler of ours would make an unhandled rejection a handled one; to look at a promise does not. */
function isPending(promise: Promise<unknown>): boolean {
  return inspect(promise, { depth: 0 }).includes('<pending>');
}
