import { isIgnored } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { injectContext } from '../propagation/inject-context.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { type UndiciRequest, urlOf } from './connection/undici-request.ts';
import { REQUEST_MADE } from './undici-channels.ts';

/** A request that undici has just made and that still accepts headers. */
interface UnsentRequest extends UndiciRequest {
  /** Names and values of the headers, one after the other. In undici 5 all headers are one text. */
  readonly headers: unknown[];
  /** Adds a header. Some versions of undici lack this method. */
  addHeader?: (name: string, value: string) => unknown;
}

/**
 * Writes the active context into the handshakes of undici and of the global `WebSocket`.
 * @returns a function that removes the listener
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
 * Adds the headers of the active context to a request. An instrumentation of undici may add its own headers before or
 * after this call, and does not look for existing headers. If the instrumentation adds one of these headers later,
 * closespan's headers are removed.
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
