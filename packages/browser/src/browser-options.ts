import type { Carrier, OtlpOptions, WebSocketOptions } from '@closespan/core';
import { having, isOtlp, type OptionChecks, oneOf } from '@closespan/core/platform';

/** Where and how the built-in pipeline of a page or worker sends. Every member is optional. */
export interface BrowserOtlpOptions extends OtlpOptions {
  /**
   * Encoding of spans. Protobuf is loaded when the pipeline starts, and fits more spans into a page's last request.
   * @defaultValue `'http/json'`
   */
  readonly protocol?: 'http/json' | 'http/protobuf';
  /**
   * Compression of requests above 1 KiB. A receiver on another origin must allow the header `content-encoding` (CORS).
   * @defaultValue `'none'`
   */
  readonly compression?: 'gzip' | 'none';
}

/** Options of `instrumentWebSockets()` in a page or worker. Every option is optional. */
export interface BrowserWebSocketOptions extends WebSocketOptions {
  /**
   * The built-in pipeline, an OTLP/HTTP exporter that starts when no tracer provider is given or registered. `false`
   * keeps the pipeline from starting.
   * @defaultValue sends JSON to `http://localhost:4318`
   */
  readonly otlp?: BrowserOtlpOptions | false;
  /**
   * Carries a connection's id and the active context to the server: `queryCarrier()` or `subprotocolCarrier()`. The
   * server must accept them.
   * @defaultValue handshakes carry nothing
   */
  readonly carrier?: Carrier;
  /**
   * Where the built-in pipeline keeps spans that could not be delivered: on the visitor's disk for up to three days, or
   * in memory while the page lives.
   * @defaultValue `'indexeddb'`
   */
  readonly store?: 'indexeddb' | 'memory';
  /**
   * Whether the built-in pipeline sends metrics, too, with delta temporality and few labels.
   * @defaultValue `false`
   */
  readonly metrics?: boolean;
}

/** Checks of the members of option `otlp` that pages and workers add. */
export const OTLP_MEMBERS: OptionChecks = {
  protocol: oneOf('http/json', 'http/protobuf'),
  compression: oneOf('gzip', 'none'),
};

/** Checks of the options that pages and workers add, and of `otlp`, which has more members there. */
export const BROWSER_OPTION_CHECKS: OptionChecks = {
  otlp: [
    'false or { url, headers, protocol, compression }: an http(s) address, strings, http/json or http/protobuf, gzip or none',
    (value) => isOtlp(value, OTLP_MEMBERS),
  ],
  carrier: having('carry'),
  store: oneOf('indexeddb', 'memory'),
  metrics: oneOf(true, false),
};
