import type { OptionChecks, WebSocketOptions } from '@closespan/core';

/** What `instrumentWebSockets()` takes on Node. */
export interface NodeWebSocketOptions extends WebSocketOptions {
  /**
   * Whether the handshakes of clients carry the active context, in the words of the registered propagator.
   * @defaultValue `true`
   */
  readonly propagateContext?: boolean;
  /**
   * Where servers look for what clients carry that cannot set headers, such as browsers with the option `carrier`.
   * @defaultValue nowhere
   */
  readonly carriers?: readonly CarrierName[];
}

/** A place in a handshake other than the headers of a context. */
export type CarrierName = 'query' | 'subprotocol';

/** Checks of the options that only Node has. */
export const NODE_OPTION_CHECKS: OptionChecks = {
  carriers: [
    'an array of query and subprotocol',
    (value) => Array.isArray(value) && value.every((name) => name === 'query' || name === 'subprotocol'),
  ],
  propagateContext: ['a boolean', (value) => typeof value === 'boolean'],
} satisfies Record<Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, OptionChecks[string]>;
