import { guard } from '@closespan/core/platform';
import { context, propagation, type TextMapSetter } from '@opentelemetry/api';

/** Headers of a request that is not sent yet. An `http.ClientRequest` fits this interface. */
export interface UnsentHeaders {
  /**
   * Says whether a header is set.
   * @param name name of the header; upper and lower case do not matter
   */
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): unknown;
}

const setter: TextMapSetter<UnsentHeaders> = {
  set(headers, name, value) {
    if (!headers.hasHeader(name)) headers.setHeader(name, value);
  },
};

/**
 * Writes the active context into the headers of a handshake, with the registered propagator. Changes nothing if no
 * propagator is registered. Changes nothing either if the app, or an instrumentation of HTTP, has already set one of
 * the propagator's headers.
 */
export function injectContext(headers: UnsentHeaders): void {
  guard(
    'propagator',
    () => {
      if (propagation.fields().some((name) => headers.hasHeader(name))) return;
      propagation.inject(context.active(), headers, setter);
    },
    undefined,
  );
}
