import type { Carrier, WebSocketOptions } from '@closespan/core';
import { having, type OptionChecks, oneOf } from '@closespan/core/platform';

/** What `instrumentWebSockets()` takes in a page or worker; all of it optional. */
export interface BrowserWebSocketOptions extends WebSocketOptions {
  /** Carries id and context to the server, which must take them: `queryCarrier()` or `subprotocolCarrier()`. */
  readonly carrier?: Carrier;
  /** How our own pipeline sends spans. @defaultValue `http/json` */
  readonly protocol?: 'http/json' | 'http/protobuf';
  /** Compresses export requests of 1 KiB and more. A receiver on another origin must allow `content-encoding`. @defaultValue `none` */
  readonly compression?: 'gzip' | 'none';
  /** Where spans wait that could not be delivered: on the user's disk, or no longer than the page. @defaultValue `indexeddb` */
  readonly store?: 'indexeddb' | 'memory';
  /** Sends metrics, too, with delta temporality and few labels. @defaultValue false */
  readonly metrics?: boolean;
}

/** What those options must be. */
export const BROWSER_OPTION_CHECKS: OptionChecks = {
  carrier: having('carry'),
  protocol: oneOf('http/json', 'http/protobuf'),
  compression: oneOf('gzip', 'none'),
  store: oneOf('indexeddb', 'memory'),
  metrics: oneOf(true, false),
};
