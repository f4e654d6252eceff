import type { SocketInfo, WebSocketLike } from '@closespan/core';
import { type Closing, type Connection, now, type Recorder, trackConnection } from '@closespan/core/platform';
import { responseSocketOf } from '../connection/undici-6-internals.ts';
import { type Ending, stateOf } from './undici-close-facts.ts';

/** WebSockets whose request was made before observation began, or never. */
export interface EarlySockets {
  /** The app has passed a socket to `observe()`. */
  observe(websocket: WebSocketLike, info: SocketInfo | undefined): void;
  opened(websocket: WebSocketLike): void;
  /** @param isNew whether it is certain that the socket was made after observation began */
  closed(websocket: WebSocketLike, ending: Ending, closing: Closing | undefined, isNew: () => boolean): void;
}

interface Observed {
  readonly connection: Connection;
  readonly info: SocketInfo | undefined;
}

const CONNECTING = 0;

/** Makes an observer of them; without `observe()`, one is found when it closes. */
export function createEarlySockets(recorder: Recorder): EarlySockets {
  const observed = new WeakMap<WebSocketLike, Observed>();
  const opened = new WeakSet<WebSocketLike>();

  function start(websocket: WebSocketLike, info?: SocketInfo): Observed {
    const connection = trackConnection(undefined, Number.NaN);
    if (websocket.readyState !== CONNECTING) connection.openedAt = Number.NaN;
    return { connection, info };
  }

  function recordUnsent(websocket: WebSocketLike, ending: Ending): void {
    const connection = trackConnection(undefined, Number.NaN);
    recorder.record(connection, { kind: 'client', url: websocket.url, ...ending });
  }

  return {
    observe(websocket, info) {
      if (!observed.has(websocket)) observed.set(websocket, start(websocket, info));
    },
    opened(websocket) {
      opened.add(websocket);
      const { connection } = observed.get(websocket) ?? {};
      if (connection) connection.openedAt ??= now();
    },
    closed(websocket, ending, closing, isNew) {
      const known = observed.get(websocket);
      if (!known && ending.code === 1006 && !opened.has(websocket) && !hasOpened(websocket)) {
        // An early one may have opened. A new one made no request, as to a blocked port.
        if (isNew()) recordUnsent(websocket, ending);
        return;
      }
      const { connection, info } = known ?? start(websocket);
      observed.delete(websocket);
      connection.closing = closing;
      if (ending.code !== 1006) connection.openedAt ??= Number.NaN;
      const { url = websocket.url, kind = 'client' } = info ?? {};
      // A `close()` from before the patch was not seen.
      recorder.record(connection, { kind, url, initiator: 'unknown', ...stateOf(websocket), ...ending });
    },
  };
}

/** What only an opened socket has: something negotiated, or undici 6's response. */
function hasOpened(websocket: WebSocketLike): boolean {
  return Boolean(websocket.protocol || websocket.extensions || responseSocketOf(websocket));
}
