import type { ClientRequest } from 'node:http';
import { isIgnored } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { injectContext } from './inject-context.ts';

/** Writes the active context into the request of a handshake, unless the option `ignoreUrls` matches the URL. */
export type PropagateThroughHttp = (url: string, request: ClientRequest) => void;

/** An HTTP request, with the internal list in which Node keeps output until the TCP connection exists. */
type RequestWithOutput = ClientRequest & { readonly outputData?: { data: unknown }[] };

/**
 * Makes a function that writes the active context into the request of a client's handshake. Call the function for each
 * such request, before the request is sent.
 */
export function propagateThroughHttp({
  ignoreUrls,
  propagateContext = true,
}: NodeWebSocketOptions): PropagateThroughHttp {
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

/**
 * Adds a header to a request that `ws` 7 has already ended. Node keeps the head of the request as a text until the TCP
 * connection exists. The header is added to that text.
 */
function addToHead(request: RequestWithOutput, name: string, value: string): void {
  const [first] = request.outputData ?? [];
  const head = first?.data;
  if (!first || typeof head !== 'string' || !head.endsWith('\r\n\r\n')) return;
  // The observer of another library may have added the header already.
  if (head.toLowerCase().includes(`\r\n${name.toLowerCase()}:`)) return;
  // A request exists, so the module is loaded; an import would load it at every start.
  const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http');
  validateHeaderName(name);
  validateHeaderValue(name, value);
  first.data = `${head.slice(0, -2)}${name}: ${value}\r\n\r\n`;
}
