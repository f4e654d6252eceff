import { protocolOf } from '../record/carried-context.ts';
import { type Carrier, type CarrierOptions, createCarrier } from './carrier.ts';

/**
 * Makes a carrier, which takes the connection's id and trace context to the server in an additional subprotocol. The
 * carrier adds this subprotocol after those of the app. If the app requests no subprotocol, nothing is carried: a
 * browser fails a connection whose server selects none (RFC 6455 §4.1).
 * @throws TypeError for an invalid option
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
