import { guard } from '@closespan/core/platform';
import { context, propagation, type TextMapSetter } from '@opentelemetry/api';

/** The headers of a request that is not sent yet. An `http.ClientRequest` fits. */
export interface UnsentHeaders {
  /** @param name in any case */
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): unknown;
}

const setter: TextMapSetter<UnsentHeaders> = {
  set(headers, name, value) {
    if (!headers.hasHeader(name)) headers.setHeader(name, value);
  },
};

/**
 * Puts the active context into a handshake, with the registered propagator. A handshake stays as it is without a
 * propagator, and where the app or an instrumentation of HTTP has set one of the propagator's headers.
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
