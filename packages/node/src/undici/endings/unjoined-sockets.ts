import type { SocketInfo, WebSocketLike } from '@closespan/core';
import {
  type Closing,
  CONNECTING,
  type Connection,
  type Recorder,
  trackConnection,
} from '@closespan/core/platform';
import { withMessages } from '../../connection/message-slot.ts';
import { openingTime } from '../../connection/opening-time.ts';
import { memberOf } from '../../runtime/member-of.ts';
import { responseSocketOf } from '../connection/undici-6-internals.ts';
import { type EndFacts, socketFactsOf } from './undici-close-facts.ts';

/** Records WebSockets without a known request. Their request was made before observation began, or was never made. */
export interface UnjoinedSockets {
  /** Observes a socket that the app passes to `observe()`. A second call for the same socket changes nothing. */
  observe(websocket: WebSocketLike, info: SocketInfo | undefined): void;
  /** Returns the connection of a socket that was passed to `observe()`, until the record is made. */
  connectionOf(websocket: object): Connection | undefined;
  /** Notes that a socket has opened. */
  noteOpen(websocket: WebSocketLike): void;
  /**
   * Records a socket that fires `close`. A socket that was not passed to `observe()` is recorded only if it certainly
   * had opened or is certainly new.
   * @param closing the app's call of `close()`; `undefined` if no call was seen
   * @param isNew says whether the socket was certainly made after observation began
   */
  recordEnd(
    websocket: WebSocketLike,
    end: EndFacts,
    closing: Closing | undefined,
    isNew: () => boolean,
  ): void;
}

/** A WebSocket without a known request, with the facts that the app gave about the WebSocket. */
interface UnjoinedSocket {
  readonly connection: Connection;
  readonly info: SocketInfo | undefined;
}

/**
 * Makes a recorder for WebSockets without a known request. Without a call of `observe()` such a WebSocket is unknown
 * until undici reports its opening or its close.
 */
export function createUnjoinedSockets(recorder: Recorder): UnjoinedSockets {
  const observed = new WeakMap<WebSocketLike, UnjoinedSocket>();
  const opened = new WeakSet<WebSocketLike>();

  function recordUnsent(websocket: WebSocketLike, end: EndFacts): void {
    const connection = trackConnection(undefined, Number.NaN);
    recorder.record(connection, { kind: 'client', url: memberOf(websocket, 'url'), ...end }, websocket);
  }

  return {
    observe(websocket, info) {
      if (!observed.has(websocket)) observed.set(websocket, trackSocket(websocket, info));
    },
    connectionOf: (websocket) => observed.get(websocket as WebSocketLike)?.connection,
    noteOpen(websocket) {
      opened.add(websocket);
      const { connection, info } = observed.get(websocket) ?? {};
      if (!connection || connection.openedAt !== undefined) return;
      connection.openedAt = openingTime();
      if (info?.kind !== 'server') recorder.opened(connection, info?.url ?? memberOf(websocket, 'url'));
    },
    recordEnd(websocket, end, closing, isNew) {
      const known = observed.get(websocket);
      if (!known && end.code === 1006 && !opened.has(websocket) && !hasOpened(websocket)) {
        // A socket made before observation began may have been open, so a bare 1006 proves nothing. One made later had no
        // request at all, for example to a blocked port: its handshake failed.
        if (isNew()) recordUnsent(websocket, end);
        return;
      }
      const { connection, info } = known ?? trackSocket(websocket);
      observed.delete(websocket);
      connection.closing = closing;
      if (end.code !== 1006) connection.openedAt ??= Number.NaN;
      const { url = memberOf(websocket, 'url'), kind = 'client' } = info ?? {};
      // A `close()` before the class was patched was not seen.
      const facts = { kind, url, initiator: 'unknown' as const, ...socketFactsOf(websocket), ...end };
      recorder.record(connection, withMessages(websocket, facts), websocket);
    },
  };
}

function trackSocket(websocket: WebSocketLike, info?: SocketInfo): UnjoinedSocket {
  const connection = trackConnection(undefined, Number.NaN);
  if (info?.connectionId) connection.connectionId = info.connectionId;
  if (memberOf(websocket, 'readyState') !== CONNECTING) connection.openedAt = Number.NaN;
  return { connection, info };
}

/**
 * Says whether a socket has a feature that only an opened socket has. Such a feature is a negotiated subprotocol or
 * extension, or the response that undici 6 stores.
 */
function hasOpened(websocket: WebSocketLike): boolean {
  return Boolean(
    memberOf(websocket, 'protocol') || memberOf(websocket, 'extensions') || responseSocketOf(websocket),
  );
}
