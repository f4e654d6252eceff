import type { CloseCause } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import type { LibraryEnds } from '../connection/library-ends.ts';
import { pingAttributes } from '../connection/ping-attributes.ts';
import { dropCause, isDestroyedHere, isOverdue } from './drop-cause.ts';
import { refusedMessageOf } from './refused-message.ts';
import type { WsEnd } from './ws-close-facts.ts';
import { followWsPings } from './ws-pings.ts';
import type { WsSocket } from './ws-socket.ts';

/** Remembers why this end closes or drops `ws` sockets, as far as it is known at that moment. */
export interface LocalEnds {
  /**
   * Notes a `close()` that is about to send a Close frame.
   * @returns a function that removes the note, for a call that throws
   */
  noteClose(socket: WsSocket): () => void;
  /** Notes that the TCP connection of an open socket is about to be dropped by `terminate()`. */
  noteDrop(socket: WsSocket): void;
  /** Notes that the app calls `terminate()` after its own `close()`. */
  noteDropAfterClose(socket: WsSocket): void;
  /** Notes a ping of the app. The parameters are those of `noteCall` of `WsPings`. */
  notePing(socket: WsSocket, data: unknown, connection: CompactConnection): void;
  /** Says whether a ping of the app is unanswered for longer than the peer usually takes. */
  isPingOverdue(socket: WsSocket): boolean;
  /** Returns the attributes of pings, of libraries and of a message that was refused as too big; `undefined` if there are none. */
  attributesOf(socket: WsSocket): Attributes | undefined;
  /**
   * Returns what is known of the end of a socket.
   * @param synthetic true if no `close` event will be emitted
   */
  of(socket: WsSocket, connection: CompactConnection, synthetic: boolean): WsEnd;
  /** Returns what is known of a socket whose peer a library has just given up. */
  ofTimeout(socket: WsSocket): WsEnd;
  stop(): void;
}

/**
 * Makes the store for the ends that this process causes. It holds sockets that are closing, and no open ones.
 * @param connectionOf returns the connection of a socket that is known, and not recorded yet
 * @param measure called with each round trip of a ping, in milliseconds
 */
export function createLocalEnds(
  libraryEnds: LibraryEnds,
  connectionOf: (socket: WsSocket) => CompactConnection | null | undefined,
  measure: (socket: WsSocket, roundTrip: number) => void,
): LocalEnds {
  const terminated = new WeakSet<WsSocket>();
  const causes = new WeakMap<WsSocket, CloseCause>();
  const pings = followWsPings(connectionOf, measure);
  const attributesOf = (socket: WsSocket) => {
    const ofLibrary = libraryEnds.attributesOf(socket);
    const ofPings = pingAttributes(pings.of(socket));
    const ofMessage = refusedMessageOf(socket._receiver);
    if (ofMessage) return { ...ofPings, ...ofLibrary, ...ofMessage };
    return ofLibrary && ofPings ? { ...ofPings, ...ofLibrary } : (ofLibrary ?? ofPings);
  };

  function causeOfDrop(socket: WsSocket): CloseCause {
    return pings.areUnseen(socket) ? 'local_close' : dropCause(socket, pings.of(socket));
  }

  return {
    noteClose(socket) {
      if (isOverdue(socket, pings.of(socket))) causes.set(socket, 'ping_timeout');
      return () => causes.delete(socket);
    },
    noteDrop: (socket) => void causes.set(socket, causeOfDrop(socket)),
    noteDropAfterClose: (socket) => void terminated.add(socket),
    notePing: pings.noteCall,
    isPingOverdue: (socket) => isOverdue(socket, pings.of(socket)),
    attributesOf,
    of(socket, { closing }, synthetic) {
      // No method of the socket was called if the app itself has destroyed the TCP socket.
      const unnoted = !closing && isDestroyedHere(socket) ? causeOfDrop(socket) : undefined;
      return {
        synthetic,
        isTerminated: terminated.has(socket),
        cause: causes.get(socket) ?? unnoted,
        attributes: attributesOf(socket),
      };
    },
    ofTimeout: (socket) => ({ synthetic: true, cause: 'ping_timeout', attributes: attributesOf(socket) }),
    stop: pings.stop,
  };
}
