import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { NAME } from '@closespan/core/platform';

/** Watches the HTTP requests of the built-in pipeline (closespan's OTLP exporter) while the process ends. */
export interface ExportRequests {
  /** Destroys the running requests, and each request that starts later. */
  cancel(): void;
  stop(): void;
}

const STARTED = 'http.client.request.start';

/**
 * Watches the HTTP requests of the built-in pipeline (closespan's OTLP exporter), so that none of them keeps the
 * process alive. The exporter does not retry a request that fails after this call, since each pause before a retry
 * takes seconds.
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

/**
 * Deletes the code of an error, so that the exporter does not retry the request. The exporter retries a request only
 * for error codes that it knows.
 */
function forgetCode(error: NodeJS.ErrnoException): void {
  delete error.code;
}

function cancel(request: ClientRequest): void {
  request.destroy(new Error('the process ends'));
}
