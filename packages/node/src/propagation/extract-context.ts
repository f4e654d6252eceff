import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { type CarriedContext, guard } from '@closespan/core/platform';
import { type Context, context, propagation, type TextMapGetter } from '@opentelemetry/api';

/** W3C Trace Context §3.3.1.5 asks to pass on this much of a trace state; nothing else that is kept is longer. */
const LONGEST = 512;

const getter: TextMapGetter<IncomingHttpHeaders> = {
  keys: Object.keys,
  get(headers, name) {
    const value = headers[name.toLowerCase()];
    // What is extracted keeps the text that it was found in alive for as long as the connection.
    return value && value.length > LONGEST ? undefined : value;
  },
};

/**
 * The context that an upgrade request carries, in the words of the registered propagator; else the active one.
 * @param carried stands nearer to the client than the headers, which a proxy may have set
 */
export function extractContext(headers: IncomingHttpHeaders, carried?: CarriedContext): Context {
  const active = context.active();
  return guard(
    'propagator',
    () => {
      const extracted = propagation.extract(active, headers, getter);
      if (!carried?.traceparent) return extracted;
      // A copy, since a part of a long URL keeps all of it alive.
      const traceparent = Buffer.from(carried.traceparent).toString();
      return propagation.extract(extracted, { traceparent }, getter);
    },
    active,
  );
}
