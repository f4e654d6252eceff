import type { ClientRequest } from 'node:http';
import { diag, NAME } from '@closespan/core/platform';
import { listenToChannels } from './listen-to-channels.ts';

/** Warns once if the process uses WebSockets that closespan does not observe. */
export interface UnobservedWarning {
  /** Notes a handshake. One `diag.warn` follows, unless `stop` is called before the next tick of the process. */
  noteHandshake(): void;
  /** Prevents the warning. Call this method when a library is found, or when observation stops. */
  stop(): void;
}

/**
 * Makes a warning that waits for the first handshake. A missing `ws` alone is no reason to warn: an app may load `ws`
 * later, or never need it.
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
    if (stopped) return;
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
