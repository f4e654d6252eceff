import { guard } from '@closespan/core/platform';
import { context, propagation, type TextMapSetter } from '@opentelemetry/api';

/** The headers of a request that is not sent yet; an `http.ClientRequest` fits. */
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
 * Puts the active context into a handshake, in the words of the registered propagator; without one it stays as it is.
 * So does a handshake that carries a context already, from the app or from an instrumentation of HTTP.
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
