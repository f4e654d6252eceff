import type {
  Context,
  ContextManager,
  DiagLogger,
  MeterProvider,
  Span,
  SpanContext,
  TextMapPropagator,
  TracerProvider,
} from '@opentelemetry/api';
import { ROOT_CONTEXT } from './root-context.ts';

/**
 * Key under which all copies of the OpenTelemetry API 1.x share what the app has registered. A page that reads this key
 * loads 3 kB less, since it does not load the API.
 */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');
/** Key under which all copies of the OpenTelemetry API 1.x store the active span in a context. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
/** Key under which `suppressTracing()` of every OpenTelemetry SDK marks a context. */
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const scope = globalThis as {
  readonly [REGISTRY]?: {
    readonly diag?: DiagLogger;
    readonly context?: ContextManager;
    readonly trace?: TracerProvider;
    readonly metrics?: MeterProvider;
    readonly propagation?: TextMapPropagator<Record<string, string>>;
  };
};

type Log = (message: string, ...details: unknown[]) => void;

/** Logs one line. An app's logger may throw, also inside of the app's own calls of a WebSocket. */
const log =
  (level: 'error' | 'warn' | 'debug'): Log =>
  (...line) => {
    try {
      scope[REGISTRY]?.diag?.[level](...line);
    } catch {
      // There is no other place to log.
    }
  };

/**
 * Logs through the logger that the app has given to the API's `diag`. Without a logger, nothing is logged. Never throws.
 */
// Marked as pure: a bundle that logs nothing leaves the logger out.
export const diag: Readonly<Record<'error' | 'warn' | 'debug', Log>> = {
  error: /* @__PURE__ */ log('error'),
  warn: /* @__PURE__ */ log('warn'),
  debug: /* @__PURE__ */ log('debug'),
};

/** Returns the active context, or `undefined` if no context manager is registered. */
export function activeContext(): Context | undefined {
  return scope[REGISTRY]?.context?.active();
}

/**
 * Returns whether a context is marked with `suppressTracing()`: nothing in it may be recorded, such as the requests of
 * an exporter.
 */
export function isSuppressed(context: Context | undefined): boolean {
  return context?.getValue(SUPPRESSED) === true;
}

/** Returns the ids of the span that is active in a context, or `undefined` if there is no span. */
export function spanContextOf(context: Context | undefined): SpanContext | undefined {
  return (context?.getValue(SPAN) as Span | undefined)?.spanContext();
}

/** Returns a context that holds a span and nothing else. */
export function contextWith(span: Span): Context {
  return ROOT_CONTEXT.setValue(SPAN, span);
}

/** Returns the tracer provider that the app has registered with the API, or `undefined` if there is none. */
export function registeredTracerProvider(): TracerProvider | undefined {
  return scope[REGISTRY]?.trace;
}

/** Returns the meter provider that the app has registered with the API, or `undefined` if there is none. */
export function registeredMeterProvider(): MeterProvider | undefined {
  return scope[REGISTRY]?.metrics;
}

/**
 * Writes the active context into `fields`, in the format of the registered propagator. Without a propagator, `fields`
 * stays unchanged.
 */
export function injectContext(fields: Record<string, string>): void {
  scope[REGISTRY]?.propagation?.inject(activeContext() ?? ROOT_CONTEXT, fields, {
    set(carrier, key, value) {
      carrier[key] = value;
    },
  });
}
