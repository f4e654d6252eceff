import type { MeterProvider, Span, TracerProvider } from '@opentelemetry/api';
import type { CloseCodeMeanings } from './record/close-codes.ts';
import type { CloseRecord } from './record/close-record.ts';
import type { SamplerLike } from './sampler.ts';

/** Options of the built-in pipeline: an OTLP/HTTP exporter that starts when the app has no OpenTelemetry SDK. */
export interface OtlpOptions {
  /**
   * Base address of an OTLP/HTTP receiver; `/v1/traces` and `/v1/metrics` are appended.
   * @defaultValue `OTEL_EXPORTER_OTLP_ENDPOINT` on Node, else `http://localhost:4318`
   */
  readonly url?: string;
  /**
   * Headers of each export request, by name.
   * @defaultValue `OTEL_EXPORTER_OTLP_HEADERS` on Node, else none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Names the members of a server's upgrade request that tell a route; Node's `IncomingMessage` has them. */
export interface UpgradeRequestLike {
  /** HTTP method of the request. */
  readonly method?: string | undefined;
  /** Path and query of the request. */
  readonly url?: string | undefined;
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Options of `instrumentWebSockets()`; each of them may be left out. */
export interface WebSocketOptions {
  /**
   * `service.name` of the built-in pipeline.
   * @defaultValue `OTEL_SERVICE_NAME` on Node, else `unknown_service`
   */
  readonly serviceName?: string;
  /**
   * Options of the built-in pipeline, which starts only when no tracer provider is given or registered. With `false` it
   * never starts.
   */
  readonly otlp?: OtlpOptions | false;
  /**
   * Provider that gets the spans.
   * @defaultValue the registered provider, looked up again for later closes; without one, the built-in pipeline
   */
  readonly tracerProvider?: TracerProvider;
  /**
   * Provider that gets the metrics.
   * @defaultValue the registered provider, looked up again for later closes; without one, the built-in pipeline if it
   * runs
   */
  readonly meterProvider?: MeterProvider;
  /**
   * Sampler of the built-in pipeline, e.g. `new AbnormalCloseSampler(0.05)`.
   * @defaultValue `OTEL_TRACES_SAMPLER` on Node, else every span is kept
   */
  readonly sampler?: SamplerLike;
  /**
   * Leaves out connections whose URL contains one of these strings, or matches one of these expressions.
   * @defaultValue none
   */
  readonly ignoreUrls?: readonly (string | RegExp)[];
  /**
   * Returns a low-cardinality name of a URL, for the span's name and `url.template`; `undefined` for none. The URL is
   * unredacted. On a Node server the upgrade request comes as the second argument.
   * @defaultValue no name
   */
  readonly urlTemplate?: (url: URL, request?: UpgradeRequestLike) => string | undefined;
  /**
   * Returns the value of `url.full`, whose path becomes `url.path`. If it throws, the URL's origin is recorded.
   * @defaultValue drops user info, query and fragment
   */
  readonly redactUrl?: (url: URL) => string;
  /**
   * Returns the recorded text for the peer's close reason; an empty string leaves the reason out. If it throws, the
   * reason is left out.
   * @defaultValue the reason as it is
   */
  readonly redactReason?: (reason: string) => string;
  /**
   * Names of the app's close codes, and whether a close with them is an error.
   * @defaultValue none
   */
  readonly closeCodes?: CloseCodeMeanings;
  /**
   * Returns whether a close is an error; wins over all other rules.
   * @defaultValue the record's `abnormal`
   */
  readonly isAbnormal?: (record: CloseRecord) => boolean;
  /**
   * Time that the span covers: `close` from the first sign of closing, `lifetime` from construction.
   * @defaultValue `close`
   */
  readonly spanTiming?: 'close' | 'lifetime';
  /**
   * Parent of the span: with `none` a new root that links to the span active at construction, with `creation` that
   * span.
   * @defaultValue `none`
   */
  readonly parent?: 'none' | 'creation';
  /**
   * Receives each record and its span before the span ends. A returned promise is not awaited; an error costs a
   * `diag.error`.
   */
  readonly closeHook?: (record: CloseRecord, span: Span) => void;
}
