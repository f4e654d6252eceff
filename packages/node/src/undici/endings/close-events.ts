import type { WebSocketLike, WebSocketOptions } from '@closespan/core';
import { isIgnored } from '@closespan/core/platform';
import { memberOf } from '../../runtime/member-of.ts';
import type { AbortedSockets } from '../calls/aborted-sockets.ts';
import type { UndiciClasses } from '../calls/find-undici-classes.ts';
import type { WebSocketCloseCalls } from '../calls/web-socket-close-calls.ts';
import type { UndiciConnections } from '../connection/undici-connections.ts';
import { requestedUrl } from '../connection/undici-request.ts';
import type { FailedHandshakes } from './failed-handshakes.ts';
import { endFactsOf } from './undici-close-facts.ts';
import type { UndiciEndings } from './undici-endings.ts';
import type { UnjoinedSockets } from './unjoined-sockets.ts';

/** A `close` event of a WebSocket, as undici's diagnostics channel publishes the event. */
export interface UndiciCloseEvent {
  readonly websocket: WebSocketLike;
  readonly code: number;
  readonly reason: string;
}

/** Parts of the undici observer that help to find the connection of a `close` event. */
interface CloseEventParts {
  readonly connections: UndiciConnections;
  readonly closeCalls: WebSocketCloseCalls;
  readonly classes: UndiciClasses;
  readonly aborted: AbortedSockets;
  readonly failures: FailedHandshakes;
  readonly endings: UndiciEndings;
  readonly unjoined: UnjoinedSockets;
}

/**
 * Makes a listener that finds the connection of each `close` event and records the end of the connection.
 * @param isObserved says whether a socket is observed through its own events; such a socket is recorded elsewhere
 */
export function recordCloseEvents(
  { connections, closeCalls, classes, aborted, failures, endings, unjoined }: CloseEventParts,
  { ignoreUrls }: WebSocketOptions,
  isObserved: (socket: object) => boolean,
): (event: UndiciCloseEvent) => void {
  return ({ websocket, code, reason }) => {
    const call = closeCalls.of(websocket);
    const connection =
      connections.ofWebSocket(websocket) ??
      (code === 1006 ? failures.take(requestedUrl(memberOf(websocket, 'url')), call) : undefined);
    const abortedSocket = call && aborted.of(call);
    const end = endFactsOf({ code, reason }, websocket);
    if (isObserved(websocket)) {
      if (connection) connections.release(connection);
    } else if (connection) {
      connection.noteWebSocket(websocket);
      if (call) connection.noteClosing(call);
      endings.recordEnd(connection, end);
    } else if (abortedSocket) {
      abortedSocket.websocket = websocket;
    } else if (!isIgnored(memberOf(websocket, 'url'), ignoreUrls)) {
      // The event of a call, or of a handshake that fails, may belong to a request that undici tells of later.
      unjoined.recordEnd(
        websocket,
        end,
        call,
        () => !call && classes.isLate(websocket) && !failures.hasAny(),
      );
    }
  };
}
