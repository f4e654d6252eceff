import { protocolOf } from '../record/carried-context.ts';
import { type Carrier, type CarrierOptions, createCarrier } from './carrier.ts';

/**
 * Carries in one subprotocol more, behind those that the app asks for. A connection for which it asks for none carries
 * nothing: where the server selects none of what is offered, a browser fails the connection.
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
