import { stopAll } from '@closespan/core/platform';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { onceAClass } from '../runtime/watch-modules.ts';
import { IS_BUN } from '../runtime/which-runtime.ts';
import { observeWsServers } from './observe-ws-servers.ts';
import { observeWsSockets } from './observe-ws-sockets.ts';
import { findWsClasses } from './ws-classes.ts';

/** Observes every copy of `ws` 7 and 8 that is a CommonJS module. */
export interface WsObserver extends LibraryObserver {
  /**
   * Observes a server of a copy of `ws` that closespan has not found, such as a bundled copy.
   * @returns `false` if the object is no server of `ws`
   */
  observeServer(server: object): boolean;
}

/** Starts to observe the sockets and servers of `ws`. */
export function observeWs(tools: LibraryTools): WsObserver {
  const servers = observeWsServers(tools.upgrades, tools.claims, () => sockets);
  const sockets = observeWsSockets(tools, servers.takeAccepted);
  const seeModule = onceAClass((exported, prototype) =>
    findWsClasses(exported, prototype, sockets.observeClass, servers.observeClass),
  );
  // In Bun `ws` is a part of the runtime, and no `require` loads it.
  if (IS_BUN) seeModule(process.getBuiltinModule('ws'), 'ws', false);
  return {
    observe: sockets.observe,
    connectionOf: sockets.connectionOf,
    observeServer: servers.observe,
    seeModule,
    open: sockets.open,
    recordOpen: sockets.recordOpen,
    stop: () => stopAll([servers.stop, sockets.stop]),
  };
}
