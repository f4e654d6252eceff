import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type CarriedContext, takeFromProtocols, takeFromUrl } from '@closespan/core/platform';
import { createPrivateSlot } from '../connection/private-slot.ts';
import type { CarrierName } from '../node-options.ts';

/** Contexts that clients carry to a server in place of headers, as a page's option `carrier` does. */
export interface CarriedContexts {
  /** Takes the carried context out of an upgrade request. Call it before anybody reads the request's subprotocols. */
  take(request: IncomingMessage): void;
  /** The context that was taken out of a request; `undefined` where the request carried none. */
  of(request: IncomingMessage): CarriedContext | undefined;
}

/**
 * Makes a store of carried contexts.
 * @param carriers the places of a handshake to look in
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
