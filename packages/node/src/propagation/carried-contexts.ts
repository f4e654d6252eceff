import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type CarriedContext, takeFromProtocols, takeFromUrl } from '@closespan/core/platform';
import { createPrivateSlot } from '../connection/private-slot.ts';
import type { CarrierName } from '../node-options.ts';

/** What clients that cannot set headers carry to a server. */
export interface CarriedContexts {
  /** Takes it out of an upgrade request, before anybody looks at the subprotocols there. */
  take(request: IncomingMessage): void;
  /** What was taken out of a request. */
  of(request: IncomingMessage): CarriedContext | undefined;
}

/** @param carriers where to look */
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
  // An empty list is none that `ws` can read.
  else delete headers['sec-websocket-protocol'];
  return carried;
}
