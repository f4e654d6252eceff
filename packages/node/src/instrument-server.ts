import type { WebSocketHandle } from '@closespan/core';
import { NAME, runningHandle } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';

/** The members of a `ws` server that its types show. */
export interface WebSocketServerLike {
  handleUpgrade(request: never, socket: never, head: never, callback: never): void;
}

/** What `instrumentWebSockets()` returns on Node. */
export interface NodeWebSocketHandle extends WebSocketHandle {
  /** Observes what a server accepts whose copy of `ws` cannot be found, as inside a bundle. */
  instrumentServer(server: WebSocketServerLike): void;
}

/**
 * The same without the handle at hand: asks what `instrumentWebSockets()` has started, be it in another copy of this
 * package. Where nothing has, it costs one `diag.warn`.
 * @example instrumentServer(new WebSocketServer({ port: 8080 }))
 */
export function instrumentServer(server: WebSocketServerLike): void {
  const handle = runningHandle<NodeWebSocketHandle>();
  if (handle) handle.instrumentServer(server);
  else diag.warn(`${NAME}: instrumentServer does nothing before instrumentWebSockets()`);
}
