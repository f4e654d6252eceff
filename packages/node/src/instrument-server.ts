import type { WebSocketHandle } from '@closespan/core';
import { NAME, runningHandle } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';

/** A server of `ws`, described by a method that only such servers have. */
export interface WebSocketServerLike {
  handleUpgrade(request: never, socket: never, head: never, callback: never): void;
}

/** The handle that `instrumentWebSockets()` returns on Node. */
export interface NodeWebSocketHandle extends WebSocketHandle {
  /**
   * Observes the connections that a `ws` server accepts. It is needed only where the copy of `ws` cannot be found, as
   * inside a bundle. An object that is no server of `ws` costs one `diag.warn`.
   */
  instrumentServer(server: WebSocketServerLike): void;
}

/**
 * Observes the connections that a `ws` server accepts, where the handle is not at hand. It is needed only where the copy
 * of `ws` cannot be found, as inside a bundle. Before `instrumentWebSockets()` it costs one `diag.warn`.
 * @example instrumentServer(new WebSocketServer({ port: 8080 }))
 */
export function instrumentServer(server: WebSocketServerLike): void {
  const handle = runningHandle<NodeWebSocketHandle>();
  if (handle) handle.instrumentServer(server);
  else diag.warn(`${NAME}: instrumentServer does nothing before instrumentWebSockets()`);
}
