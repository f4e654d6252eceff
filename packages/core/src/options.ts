import type { MeterProvider, Span, TracerProvider } from '@opentelemetry/api';
import type { Preset } from './presets/preset.ts';
import type { CloseCodeMeanings } from './record/close-codes.ts';
import type { CloseRecord } from './record/close-record.ts';
import type { SamplerLike } from './sampler.ts';

/**
 * Options of the built-in pipeline: an OTLP/HTTP exporter that closespan starts when the app has no OpenTelemetry SDK.
 */
export interface OtlpOptions {
  /**
   * Base address of an OTLP/HTTP receiver. closespan appends `/v1/traces` or `/v1/metrics`.
   * @defaultValue `OTEL_EXPORTER_OTLP_ENDPOINT` on Node, else `http://localhost:4318`
   */
  readonly url?: string;
  /**
   * Headers of each export request, by name.
   * @defaultValue `OTEL_EXPORTER_OTLP_HEADERS` on Node, else none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Members of a server's upgrade request that can identify a route. Node's `IncomingMessage` has these members. */
export interface UpgradeRequestLike {
  /** HTTP method of the request. */
  readonly method?: string | undefined;
  /** Path and query of the request's URL. */
  readonly url?: string | undefined;
  /** Headers of the request, by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Options of `instrumentWebSockets()`. Every option may be left out. */
export interface WebSocketOptions {
  /**
   * Value of the resource attribute `service.name` that the built-in pipeline (closespan's OTLP/HTTP exporter) sends.
   * @defaultValue `OTEL_SERVICE_NAME` on Node, else `unknown_service`
   */
  readonly serviceName?: string;
  /**
   * Options of the built-in pipeline (closespan's OTLP/HTTP exporter). The pipeline starts only if no tracer provider
   * is given or registered. With `false`, the pipeline never starts.
   */
  readonly otlp?: OtlpOptions | false;
  /**
   * Tracer provider that receives the spans.
   * @defaultValue the registered provider, which is looked up again for later closes; if none is registered, the
   * built-in pipeline (closespan's OTLP/HTTP exporter)
   */
  readonly tracerProvider?: TracerProvider;
  /**
   * Meter provider that receives the metrics.
   * @defaultValue the registered provider, which is looked up again for later closes; if none is registered, the
   * built-in pipeline (closespan's OTLP/HTTP exporter), if the pipeline runs
   */
  readonly meterProvider?: MeterProvider;
  /**
   * Sampler of the built-in pipeline (closespan's OTLP/HTTP exporter), for example `new AbnormalCloseSampler(0.05)`.
   * @defaultValue the sampler in `OTEL_TRACES_SAMPLER` on Node, which decides about normal closes; else a sampler that
   * keeps every span
   */
  readonly sampler?: SamplerLike;
  /**
   * Excludes connections from observation: each connection whose URL contains one of these strings, or matches one of
   * these regular expressions.
   * @defaultValue no connection is excluded
   */
  readonly ignoreUrls?: readonly (string | RegExp)[];
  /**
   * Returns a name of low cardinality for a URL, or `undefined` for no name. The name becomes part of the span's name
   * and the value of `url.template`. The URL is not redacted. On a Node server, the second argument is the upgrade
   * request.
   * @defaultValue no name
   */
  readonly urlTemplate?: (url: URL, request?: UpgradeRequestLike) => string | undefined;
  /**
   * Returns the text to record as `url.full`. The path in this text is recorded as `url.path`. If the function throws
   * or returns no text, only the URL's origin is recorded. On Node, the function is also called with the address of a
   * redirect that refuses a handshake.
   * @defaultValue removes user info, query and fragment
   */
  readonly redactUrl?: (url: URL) => string;
  /**
   * Returns the text to record for a close reason: of the peer's Close frame, or of the app's own
   * `close(code, reason)`. If the function throws, or returns an empty string or no text, no reason is recorded.
   * @defaultValue records each reason unchanged
   */
  readonly redactReason?: (reason: string) => string;
  /**
   * Returns the text to record for the negotiated subprotocol (RFC 6455 §1.9), in which some apps carry a token. If the
   * function throws, or returns an empty string or no text, no subprotocol is recorded.
   * @defaultValue replaces the part that looks like a token by `…`; names made of words and short numbers stay
   */
  readonly redactSubprotocol?: (subprotocol: string) => string;
  /**
   * Names of the app's close codes, and whether a close with such a code counts as an error.
   * @defaultValue Names come from the IANA registry. The code's category and `wasClean` decide whether a close is an
   * error.
   */
  readonly closeCodes?: CloseCodeMeanings;
  /**
   * Close codes of well-known protocols, from `@closespan/core/presets`. Each preset applies only to connections of its
   * protocol. `closeCodes` has precedence, then the first preset that applies and knows the code.
   * @defaultValue none
   * @example [graphqlWs, socketIo]
   */
  readonly presets?: readonly Preset[];
  /**
   * Returns whether a close counts as an error. The result overrides all other rules. If the function throws or returns
   * no boolean, the record's `abnormal` decides.
   * @defaultValue the record's `abnormal`
   */
  readonly isAbnormal?: (record: CloseRecord) => boolean;
  /**
   * Start of the span. With `close`, the span starts at the first sign of closing. With `lifetime`, the span starts
   * when the socket is made. Every span ends at the close.
   * @defaultValue `close`
   */
  readonly spanTiming?: 'close' | 'lifetime';
  /**
   * Parent of the span. With `none`, the span is a root span and links to the span that was active when the socket was
   * made. With `creation`, the parent is the span that was active when the socket was made.
   * @defaultValue `none`
   */
  readonly parent?: 'none' | 'creation';
  /**
   * Whether messages are counted: number and bytes of the messages in both directions, and the largest message that
   * came. Payloads are never recorded.
   * @defaultValue `false`
   */
  readonly messages?: boolean;
  /**
   * Whether each outage of a client becomes a span `websocket.reconnect`: from the loss of a connection to the next
   * opening. `false` leaves out these spans alone.
   * @defaultValue `true`
   */
  readonly reconnects?: boolean;
  /**
   * Receives each record, its span before the span ends, and the app's own object: the socket, or a stream or client.
   * The object is `undefined` if it is not known, or if nobody has held it since the close. A returned promise is not
   * awaited. An error is logged with `diag.error`.
   */
  readonly closeHook?: (record: CloseRecord, span: Span, socket?: object) => void;
  /**
   * Returns labels of the app's own for the counters of closes. Of each label 50 values are counted apart, and others as
   * `other`. Only the first eight labels count, and names of closespan's labels are ignored. If the function throws or
   * returns no object, there are none.
   * @defaultValue no further labels
   */
  readonly metricAttributes?: (record: CloseRecord) => Readonly<Record<string, string | number | boolean>>;
}
