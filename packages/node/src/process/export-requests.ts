import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { NAME } from '@closespan/core/platform';

/** The HTTP requests of the built-in pipeline, while the process ends. */
export interface ExportRequests {
  /** Destroys the running requests, and each request that follows. */
  cancel(): void;
  stop(): void;
}

const STARTED = 'http.client.request.start';

/**
 * Watches the export requests of the built-in pipeline, so that none of them keeps the process alive. The exporter does
 * not retry a request that fails from now on: each pause before a retry is seconds long.
 */
export function watchExportRequests(): ExportRequests {
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

/** Deletes the code of an error: the exporter retries a request only for codes that it knows. */
function forgetCode(error: NodeJS.ErrnoException): void {
  delete error.code;
}

function cancel(request: ClientRequest): void {
  request.destroy(new Error('the process ends'));
}
