import type { ClientRequest } from 'node:http';
import { isIgnored } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { injectContext } from './inject-context.ts';

/** Puts the active context into a request of a handshake, where it may go to that URL. */
export type PropagateThroughWs = (url: string, request: ClientRequest) => void;

/** Node's own store of what waits until a request has its TCP connection. */
type Waiting = ClientRequest & { readonly outputData?: { data: unknown }[] };

/** Makes what is called for each request that a `ws` client makes, before it is sent. */
export function propagateThroughWs({
  ignoreUrls,
  propagateContext = true,
}: NodeWebSocketOptions): PropagateThroughWs {
  return (url, request) => {
    if (!propagateContext || isIgnored(url, ignoreUrls)) return;
    if (!request.headersSent) injectContext(request);
    else {
      injectContext({
        hasHeader: (name) => request.hasHeader(name),
        setHeader: (name, value) => addToHead(request, name, value),
      });
    }
  };
}

/** `ws` 7 has ended its request by then: the head is text, and waits. */
function addToHead(request: Waiting, name: string, value: string): void {
  const [first] = request.outputData ?? [];
  const head = first?.data;
  if (!first || typeof head !== 'string' || !head.endsWith('\r\n\r\n')) return;
  // Loaded by now, and not needed to start.
  const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http');
  validateHeaderName(name);
  validateHeaderValue(name, value);
  first.data = `${head.slice(0, -2)}${name}: ${value}\r\n\r\n`;
}
