import { protocolOf } from '../record/carried-context.ts';
import { type Carrier, type CarrierOptions, createCarrier } from './carrier.ts';

/**
 * Makes a carrier that adds a subprotocol behind those that the app asks for. A connection for which the app asks for
 * none carries nothing, since a browser fails a connection whose server selects no subprotocol (RFC 6455 §4.1).
 * @throws TypeError for a wrong option
 * @example instrumentWebSockets({ carrier: subprotocolCarrier() })
 */
export function subprotocolCarrier(options: CarrierOptions = {}): Carrier {
  return createCarrier(options, (args, _url, carried) => {
    const [, asked] = args;
    const protocols: unknown = typeof asked === 'string' ? [asked] : asked;
    if (!Array.isArray(protocols) || protocols.length === 0) return false;
    args[1] = [...protocols, protocolOf(carried)];
    return true;
  });
}
