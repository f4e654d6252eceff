import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { guard, isIgnored } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { injectContext } from '../propagation/inject-context.ts';
import { type UndiciRequest, urlOf } from './connection/undici-request.ts';

/** A request that is being created, and takes headers still. */
interface UnsentRequest extends UndiciRequest {
  /** Names and values by turns; text in undici 5. */
  readonly headers: unknown[];
  /** Missing from some versions. */
  addHeader?: (name: string, value: string) => unknown;
}

/**
 * Puts the active context into the handshakes of undici and the global `WebSocket`.
 * @returns what stops it
 */
export function propagateThroughUndici({
  ignoreUrls,
  propagateContext = true,
}: NodeWebSocketOptions): () => void {
  if (!propagateContext) return () => {};
  const onCreate = (message: unknown) => {
    const { request } = message as { request: UnsentRequest };
    if (request.upgrade !== 'websocket') return;
    guard('propagation', () => isIgnored(urlOf(request), ignoreUrls) || inject(request), undefined);
  };
  subscribe('undici:request:create', onCreate);
  return () => unsubscribe('undici:request:create', onCreate);
}

/**
 * Instrumentations of undici inject at the same moment, before us or after us, and do not look whether it is done:
 * what comes later replaces ours.
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
      // All of ours go, since a trace state belongs to its parent.
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
