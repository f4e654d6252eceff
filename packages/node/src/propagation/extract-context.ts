import type { IncomingHttpHeaders } from 'node:http';
import { guard } from '@closespan/core';
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

/** The context that an upgrade request carries, in the words of the registered propagator; else the active one. */
export function extractContext(headers: IncomingHttpHeaders): Context {
  const active = context.active();
  return guard('propagator', () => propagation.extract(active, headers, getter), active);
}
