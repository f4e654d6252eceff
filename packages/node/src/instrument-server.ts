import type { CloseNote, ObserveHandlers, WebSocketHandle } from '@closespan/core';
import { diag, NAME, runningHandle } from '@closespan/core/platform';
import { joinMainScope } from './runtime/global-scopes.ts';

/**
 * A `WebSocketServer` of the package `ws`. The type asks only for `handleUpgrade`, a method that only servers of `ws`
 * have.
 */
export interface WebSocketServerLike {
  handleUpgrade(request: never, socket: never, head: never, callback: never): void;
}

/** Close of a connection that a gateway holds in place of this process. */
export interface ReportedClose extends Pick<CloseNote, 'attributes'> {
  /** Address of the WebSocket API. The record has it without user info, query and fragment, or as `redactUrl` says. */
  readonly url: string;
  /** Whether this app is the client's or the server's end. @defaultValue `server` */
  readonly kind?: 'client' | 'server' | undefined;
  /** Close code (RFC 6455 §7.4). @defaultValue 1006: nobody knows of a Close frame */
  readonly code?: number | undefined;
  /** Text of the Close frame. The record has it after `redactReason`. @defaultValue none */
  readonly reason?: string | undefined;
  /** Time at which the connection opened, in epoch milliseconds. @defaultValue no duration in the record */
  readonly openTime?: number | undefined;
  /** Time at which the connection ended, in epoch milliseconds. @defaultValue the time of the call */
  readonly closeTime?: number | undefined;
  /** Address of the client. The record has it with the option `recordClientAddress`. @defaultValue none */
  readonly clientAddress?: string | undefined;
}

/** Controls observation on Node. `instrumentWebSockets()` returns this handle. */
export interface NodeWebSocketHandle extends WebSocketHandle {
  /**
   * Observes the connections that a `ws` server accepts. Call this method only if closespan cannot find the app's copy
   * of `ws`, for example inside a bundle. An object that is no `ws` server causes one `diag.warn`.
   */
  instrumentServer(server: WebSocketServerLike): void;
  /**
   * Observes the connections whose events an app's handlers get, such as those of `Bun.serve`, crossws, uWebSockets.js
   * and Elysia. Returns the object with its handlers wrapped in place. A frozen object gives a frozen copy, and a class
   * gives a class. A connection that another library has, such as `ws`, is recorded there, once. Never throws.
   * @example Bun.serve({ fetch, websocket: observeHandlers({ message(socket, text) {} }) })
   */
  readonly observeHandlers: ObserveHandlers;
  /**
   * Records a close that a gateway reports, such as the route `$disconnect` of Amazon API Gateway. Each call makes one
   * record. Never throws: a close without a `url` is logged with `diag` and has no record. A code that is no close code
   * counts as 1006.
   * @example recordClose(apiGatewayClose(event))
   */
  recordClose(close: ReportedClose): void;
}

/**
 * Observes the connections that a `ws` server accepts, for code that does not have the handle. Call this function only
 * if closespan cannot find the app's copy of `ws`, for example inside a bundle. A call before `instrumentWebSockets()`
 * does nothing but one `diag.warn`.
 * @example instrumentServer(new WebSocketServer({ port: 8080 }))
 */
export function instrumentServer(server: WebSocketServerLike): void {
  joinMainScope();
  const handle = runningHandle<NodeWebSocketHandle>();
  // In one global scope with a page, as in Electron, the handle may be that of the page.
  if (typeof handle?.instrumentServer === 'function') handle.instrumentServer(server);
  else diag.warn(`${NAME}: instrumentServer does nothing before instrumentWebSockets()`);
}
