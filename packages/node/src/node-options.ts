import type { OptionChecks, WebSocketOptions } from '@closespan/core';

/** What `instrumentWebSockets()` takes on Node. */
export interface NodeWebSocketOptions extends WebSocketOptions {
  /**
   * Whether the handshakes of clients carry the active context, in the words of the registered propagator.
   * @defaultValue `true`
   */
  readonly propagateContext?: boolean;
}

/** Checks of the options that only Node has. */
export const NODE_OPTION_CHECKS: OptionChecks = {
  propagateContext: ['a boolean', (value) => typeof value === 'boolean'],
} satisfies Record<Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, OptionChecks[string]>;
