import type { Carrier, OtlpOptions, WebSocketOptions } from '@closespan/core';
import {
  areStrings,
  BOOLEAN,
  having,
  isOtlp,
  type OptionChecks,
  type OtlpMembers,
  oneOf,
  PLAIN_VALUES,
  STRING,
} from '@closespan/core/platform';

/**
 * Address, headers and encoding of the built-in pipeline of a page or worker. The built-in pipeline is an OTLP/HTTP
 * exporter that starts when the app has no OpenTelemetry SDK. Every member is optional.
 */
export interface BrowserOtlpOptions extends OtlpOptions {
  /**
   * Encoding of the spans that are sent. With protobuf a page's last request holds more spans. The protobuf code is
   * loaded when the exporter starts.
   * @defaultValue `'http/json'`
   */
  readonly protocol?: 'http/json' | 'http/protobuf';
  /**
   * Compression of requests larger than 1 KiB. A receiver on another origin must allow the header `content-encoding`
   * (CORS).
   * @defaultValue `'none'`
   */
  readonly compression?: 'gzip' | 'none';
}

/** Options of `instrumentWebSockets()` in a page or worker. Every option is optional. */
export interface BrowserWebSocketOptions extends WebSocketOptions {
  /**
   * Options of the built-in pipeline, an OTLP/HTTP exporter. The exporter starts when no tracer provider is given or
   * registered. `false` prevents the start.
   * @defaultValue sends JSON to `http://localhost:4318`
   */
  readonly otlp?: BrowserOtlpOptions | false;
  /**
   * Adds the connection's id and the active trace context to each handshake, so that the server can read both. Use
   * `queryCarrier()` or `subprotocolCarrier()`. The server must accept the URL parameters or subprotocols that the
   * carrier adds.
   * @defaultValue adds nothing to handshakes
   */
  readonly carrier?: Carrier;
  /**
   * Storage for spans that the built-in pipeline could not deliver. `'indexeddb'` keeps spans on the visitor's disk.
   * Spans older than three days are dropped, unless they can be sent at once. `'memory'` keeps spans until the page or
   * worker ends. Spans are also kept in memory if IndexedDB or Web Locks are missing, fail or hang.
   * @defaultValue `'indexeddb'`
   */
  readonly store?: 'indexeddb' | 'memory';
  /**
   * Value of the resource attribute `service.version` that the built-in pipeline sends: the release of the page.
   * @defaultValue none
   */
  readonly serviceVersion?: string;
  /**
   * Further resource attributes that the built-in pipeline sends, such as `deployment.environment.name`. At most 64. An
   * attribute given here replaces one that closespan sets.
   * @defaultValue none
   */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Whether the built-in pipeline also sends metrics. The metrics have delta temporality and few labels.
   * @defaultValue `false`
   */
  readonly metrics?: boolean;
}

/** Checks of the members of the option `otlp`. */
export const OTLP_MEMBERS: OtlpMembers & Readonly<Record<keyof BrowserOtlpOptions, unknown>> = {
  // `fetch` refuses an address with user info.
  url: (url) => /^https?:\/*[^/?#@]+(\/[^?#]*)?$/.test(url as string),
  headers: areStrings,
  protocol: oneOf('http/json', 'http/protobuf')[1],
  compression: oneOf('gzip', 'none')[1],
};

/**
 * Checks of the options that only pages and workers have. The option `otlp` is also checked here, since `otlp` has more
 * members in pages and workers.
 */
export const BROWSER_OPTION_CHECKS: OptionChecks = {
  otlp: [
    'false or { url, headers, protocol, compression }: an http(s) address, strings, http/json or http/protobuf, gzip or none',
    (value) => isOtlp(value, OTLP_MEMBERS),
  ],
  carrier: having('carry'),
  store: oneOf('indexeddb', 'memory'),
  serviceVersion: STRING,
  resourceAttributes: PLAIN_VALUES,
  metrics: BOOLEAN,
};
