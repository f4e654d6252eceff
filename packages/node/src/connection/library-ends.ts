import { ATTR_WEBSOCKET_CLOSE_LIBRARY_REASON, ATTR_WEBSOCKET_PING_UNANSWERED } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import { createPrivateSlot } from './private-slot.ts';

/** Words of a library that runs on top of a WebSocket library about the end of its connection. */
interface LibraryEnd {
  /** Reason that the library gives: one of a fixed set of words. */
  readonly reason: string;
  /** Number of the library's own pings that were not answered; `undefined` if not known. */
  readonly unanswered?: number | undefined;
}

/** Stores why libraries such as engine.io end the connections of WebSockets. */
export interface LibraryEnds {
  /**
   * Notes the end that a library is about to make, or has seen. The first end of a socket counts.
   * @param isTimeout whether the library gives up a peer that it has not heard of; then the record is made at once,
   *   since the peer returns no Close frame
   */
  note(socket: object, end: LibraryEnd, isTimeout: boolean): void;
  /**
   * Notes that a library uses a socket.
   * @param lost words for an end that the library sees only after the record is made
   */
  noteUse(socket: object, lost: LibraryEnd): void;
  /** Returns the attributes of a socket that is ending; `undefined` if no library uses the socket. */
  attributesOf(socket: object): Attributes | undefined;
  /** Sets the function that makes the record of a socket whose peer a library has given up. */
  onTimeout(record: (socket: object) => void): void;
}

/** Makes the store. The words are kept on the socket itself. */
export function createLibraryEnds(): LibraryEnds {
  const ends = createPrivateSlot<LibraryEnd>();
  const noted = new WeakSet<object>();
  const recorders: ((socket: object) => void)[] = [];
  return {
    note(socket, end, isTimeout) {
      if (noted.has(socket)) return;
      noted.add(socket);
      ends.set(socket, end);
      if (isTimeout) for (const record of recorders) record(socket);
    },
    noteUse: ends.set,
    attributesOf(socket) {
      const end = ends.get(socket);
      if (!end) return undefined;
      return {
        [ATTR_WEBSOCKET_CLOSE_LIBRARY_REASON]: end.reason,
        ...(end.unanswered !== undefined && { [ATTR_WEBSOCKET_PING_UNANSWERED]: end.unanswered }),
      };
    },
    onTimeout: (record) => void recorders.push(record),
  };
}
