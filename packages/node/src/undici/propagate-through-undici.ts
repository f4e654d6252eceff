import { isIgnored } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { injectContext } from '../propagation/inject-context.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { type UndiciRequest, urlOf } from './connection/undici-request.ts';
import { REQUEST_MADE } from './undici-channels.ts';

/** A request that has just been made and still takes headers. */
interface UnsentRequest extends UndiciRequest {
  /** Names and values in turn; in undici 5 one text. */
  readonly headers: unknown[];
  /** Absent from some versions. */
  addHeader?: (name: string, value: string) => unknown;
}

/**
 * Adds the active context to the handshakes of undici and of the global `WebSocket`.
 * @returns a function that stops it
 */
export function propagateThroughUndici({
  ignoreUrls,
  propagateContext = true,
}: NodeWebSocketOptions): () => void {
  if (!propagateContext) return () => {};
  return listenToChannels({
    [REQUEST_MADE]: ({ request }: { readonly request: UnsentRequest }) => {
      if (request.upgrade === 'websocket' && !isIgnored(urlOf(request), ignoreUrls)) inject(request);
    },
  });
}

/**
 * Adds headers to a request. Instrumentations of undici add theirs at the same moment, before us or after us, and do not
 * look for headers that are there: a header that is added later replaces ours.
 */
function inject(request: UnsentRequest): void {
  const { headers, addHeader } = request;
  if (!Array.isArray(headers) || !addHeader) return;
  const injected = new Set<unknown>();
  injectContext({
    hasHeader: (name) => headers.some((item, index) => index % 2 === 0 && lower(item) === lower(name)),
    setHeader(name, value) {
      addHeader.call(request, name, value);
      injected.add(lower(name));
    },
  });
  if (injected.size === 0) return;
  request.addHeader = (name, value) => {
    if (injected.has(lower(name))) {
      // All headers of ours are removed, since a trace state belongs to its parent.
      removeHeaders(headers, injected);
      request.addHeader = addHeader;
    }
    return addHeader.call(request, name, value);
  };
}

function removeHeaders(headers: unknown[], names: ReadonlySet<unknown>): void {
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (names.has(lower(headers[index]))) headers.splice(index, 2);
  }
}

function lower(name: unknown): string {
  return String(name).toLowerCase();
}
