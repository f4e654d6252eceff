import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type CarriedContext, takeFromProtocols, takeFromUrl } from '@closespan/core/platform';
import { createPrivateSlot } from '../connection/private-slot.ts';
import type { CarrierName } from '../node-options.ts';

/**
 * Stores the contexts that clients carry to a server outside of the usual headers. A page with the option `carrier` is
 * such a client.
 */
export interface CarriedContexts {
  /**
   * Reads the carried context of an upgrade request and stores the context. A subprotocol that carries a context is
   * removed from the request's headers. Call this method before other code reads the subprotocols.
   */
  take(request: IncomingMessage): void;
  /** Returns the context that an upgrade request carries, and leaves the request as it is. */
  peek(request: IncomingMessage): CarriedContext | undefined;
  /** Returns the context that `take` has stored for a request; `undefined` if the request carried no context. */
  of(request: IncomingMessage): CarriedContext | undefined;
}

/**
 * Makes a store for the contexts that clients carry in their handshakes.
 * @param carriers names of the places in a handshake to search
 */
export function createCarriedContexts(carriers: readonly CarrierName[] = []): CarriedContexts {
  const slot = createPrivateSlot<CarriedContext>();
  return {
    take(request) {
      let carried: CarriedContext | undefined;
      if (carriers.includes('query')) carried = takeFromUrl(request.url ?? '').carried;
      if (carriers.includes('subprotocol')) carried = takeFromHeaders(request.headers) ?? carried;
      if (carried) slot.set(request, carried);
    },
    peek(request) {
      const known = slot.get(request);
      if (known) return known;
      const protocols = request.headers['sec-websocket-protocol'];
      const inProtocols =
        carriers.includes('subprotocol') && protocols ? takeFromProtocols(protocols).carried : undefined;
      return inProtocols ?? (carriers.includes('query') ? takeFromUrl(request.url ?? '').carried : undefined);
    },
    of: slot.get,
  };
}

function takeFromHeaders(headers: IncomingHttpHeaders): CarriedContext | undefined {
  const protocols = headers['sec-websocket-protocol'];
  if (!protocols) return undefined;
  const { rest, carried } = takeFromProtocols(protocols);
  if (rest) headers['sec-websocket-protocol'] = rest;
  // `ws` refuses a request with an empty list.
  else delete headers['sec-websocket-protocol'];
  return carried;
}
