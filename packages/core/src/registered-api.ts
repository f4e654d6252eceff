import type {
  Context,
  ContextManager,
  DiagLogger,
  Span,
  SpanContext,
  TextMapPropagator,
} from '@opentelemetry/api';

/**
 * Under this key all copies and 1.x versions of the OpenTelemetry API share what an app has registered. To read the key
 * saves a page 2 to 3 kB at its start: the API is then loaded with the parts that make telemetry.
 */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');
/** Under this key all of them keep the active span in a context. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
/** Under this key `suppressTracing()` of all SDKs marks a context. */
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const scope = globalThis as {
  readonly [REGISTRY]?: {
    readonly diag?: DiagLogger;
    readonly context?: ContextManager;
    readonly propagation?: TextMapPropagator<Record<string, string>>;
  };
};

type Log = (message: string, ...details: unknown[]) => void;

/** Logs through the logger that the app has given to the API's `diag`; without one nothing is logged. */
export const diag: Readonly<Record<'error' | 'warn' | 'debug', Log>> = {
  error: (...line) => scope[REGISTRY]?.diag?.error(...line),
  warn: (...line) => scope[REGISTRY]?.diag?.warn(...line),
  debug: (...line) => scope[REGISTRY]?.diag?.debug(...line),
};

/** Returns the active context; `undefined` where no context manager is registered. */
export function activeContext(): Context | undefined {
  return scope[REGISTRY]?.context?.active();
}

/** Returns whether nothing that is done in a context may be recorded, as the requests of an exporter. */
export function isSuppressed(context: Context | undefined): boolean {
  return context?.getValue(SUPPRESSED) === true;
}

/** Returns the ids of the span that is active in a context; `undefined` without a span. */
export function spanContextOf(context: Context | undefined): SpanContext | undefined {
  return (context?.getValue(SPAN) as Span | undefined)?.spanContext();
}

/** Writes the active context into fields as the registered propagator does. Without a propagator nothing is written. */
export function injectContext(fields: Record<string, string>): void {
  scope[REGISTRY]?.propagation?.inject(activeContext() ?? contextOf(new Map()), fields, {
    set(carrier, key, value) {
      carrier[key] = value;
    },
  });
}

/** Makes a context of values: a propagator gets an empty one where no context manager is registered. */
function contextOf(values: ReadonlyMap<symbol, unknown>): Context {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => contextOf(new Map([...values, [key, value]])),
    deleteValue: (key) => contextOf(new Map([...values].filter(([other]) => other !== key))),
  };
}
