import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { NAME } from '@closespan/core/platform';

/** The requests of our own pipeline, at the end of the process. */
export interface OwnExports {
  /** Ends those that run, and those that are still to come. */
  cancel(): void;
  stop(): void;
}

const STARTED = 'http.client.request.start';

/**
 * Watches our own exports so that none keeps the process alive: a failed one is not tried again, since each pause
 * before a further try is seconds long.
 */
export function watchOwnExports(): OwnExports {
  const running = new Set<ClientRequest>();
  let cancelled = false;

  function onStarted(message: unknown): void {
    const { request } = message as { request: ClientRequest };
    if (!String(request.getHeader('user-agent')).startsWith(`${NAME}/`)) return;
    request.prependListener('error', forgetCode);
    running.add(request);
    request.once('close', () => running.delete(request));
    if (cancelled) cancel(request);
  }

  subscribe(STARTED, onStarted);
  return {
    cancel() {
      cancelled = true;
      for (const request of running) cancel(request);
    },
    stop() {
      unsubscribe(STARTED, onStarted);
    },
  };
}

/** The exporter tries again by code. */
function forgetCode(error: NodeJS.ErrnoException): void {
  delete error.code;
}

function cancel(request: ClientRequest): void {
  request.destroy(new Error('the process ends'));
}
