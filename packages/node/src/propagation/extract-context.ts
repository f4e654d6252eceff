import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { type CarriedContext, guard } from '@closespan/core/platform';
import { type Context, context, propagation, type TextMapGetter } from '@opentelemetry/api';

/**
 * Length of the longest header value that is read, in characters. W3C Trace Context §3.3.1.5 asks to pass on at least
 * this length of a `tracestate`.
 */
const LONGEST = 512;

const getter: TextMapGetter<IncomingHttpHeaders> = {
  keys: Object.keys,
  get(headers, name) {
    const value = headers[name.toLowerCase()];
    // An extracted value keeps the whole header in memory for as long as the connection.
    return value && value.length > LONGEST ? undefined : value;
  },
};

/**
 * Reads the context that an upgrade request carries, with the registered propagator.
 * @param carried context that came in the query or in a subprotocol. This context wins over the headers, which a proxy
 * may have set
 * @returns the active context if the request carries no context
 */
export function extractContext(headers: IncomingHttpHeaders, carried?: CarriedContext): Context {
  const active = context.active();
  return guard(
    'propagator',
    () => {
      const extracted = propagation.extract(active, headers, getter);
      if (!carried?.traceparent) return extracted;
      // A copy: a part of a long URL would keep the whole URL in memory.
      const traceparent = Buffer.from(carried.traceparent).toString();
      return propagation.extract(extracted, { traceparent }, getter);
    },
    active,
  );
}
