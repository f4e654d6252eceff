import type { ClientRequest } from 'node:http';
import { NAME } from '@closespan/core/platform';
import { diag } from '@opentelemetry/api';
import { listenToChannels } from './listen-to-channels.ts';

/** Warns, once, that the process has WebSockets which nobody observes. */
export interface UnobservedWarning {
  /** Notes a handshake. Unless `stop` is called in this very turn, one `diag.warn` follows. */
  noteHandshake(): void;
  /** Ends the need for a warning: a library was found, or observation stops. */
  stop(): void;
}

/**
 * Makes a warning that waits for a handshake. That `ws` is not loaded proves nothing: an app may load it later, or never
 * need it.
 */
export function warnOfUnobserved(): UnobservedWarning {
  let stopped = false;
  const stopListening = listenToChannels({
    'http.client.request.start': ({ request }: { request: ClientRequest }) => {
      if (request.getHeader('sec-websocket-key')) noteHandshake();
    },
  });

  function stop(): void {
    stopped = true;
    stopListening();
  }

  function noteHandshake(): void {
    // The tick leaves time for `handle.observe(new WebSocket(url))`.
    process.nextTick(() => {
      if (stopped) return;
      stop();
      diag.warn(
        `${NAME}: a WebSocket goes unseen, no copy of ws was found; if it is bundled, call handle.observe(socket) or instrumentServer(server)`,
      );
    });
  }

  return { noteHandshake, stop };
}
