import type { ClientRequest } from 'node:http';
import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { listenToChannels } from './listen-to-channels.ts';

/** Tells that WebSockets go unseen. */
export interface UnfoundWarning {
  /** A class was found, and so there is nothing to warn of. */
  found(): void;
  /** A handshake was seen that nobody observes: one `diag.warn`, unless a class is found in this very turn. */
  unseen(): void;
}

/**
 * Makes a warning. It waits for a handshake: that `ws` is not there says nothing, an app may load it later or never
 * need it.
 */
export function createUnfoundWarning(): UnfoundWarning {
  let settled = false;
  const stopListening = listenToChannels({
    'http.client.request.start': ({ request }: { request: ClientRequest }) => {
      if (request.getHeader('sec-websocket-key')) unseen();
    },
  });

  function settle(): void {
    settled = true;
    stopListening();
  }

  function unseen(): void {
    // Time for `handle.observe(new WebSocket(url))`.
    process.nextTick(() => {
      if (settled) return;
      settle();
      diag.warn(
        `${NAME}: a WebSocket goes unseen, no copy of ws was found; if it is bundled, call handle.observe(socket) or instrumentServer(server)`,
      );
    });
  }

  return { found: settle, unseen };
}
