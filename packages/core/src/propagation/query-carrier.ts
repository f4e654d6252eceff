import { parameterOf } from '../record/carried-context.ts';
import { type Carrier, type CarrierOptions, createCarrier } from './carrier.ts';

/**
 * Makes a carrier, which takes the connection's id and trace context to the server in a query parameter `closespan`.
 * The app sees the parameter in `socket.url`, and the server sees the parameter in `request.url`.
 * @throws TypeError for an invalid option
 * @example instrumentWebSockets({ carrier: queryCarrier() })
 */
export function queryCarrier(options: CarrierOptions = {}): Carrier {
  return createCarrier(options, (args, url, carried) => {
    url.search += (url.search ? '&' : '?') + parameterOf(carried);
    args[0] = url.href;
    return true;
  });
}
