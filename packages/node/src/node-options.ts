import { constants } from 'node:os';
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
  /** Milliseconds for which the end of the process may wait for what is not sent yet. @defaultValue 5000 */
  readonly exitTimeout?: number;
  /**
   * Signals at which closes are sent before the process dies of them; an app with a listener of its own is left to it.
   * @defaultValue `['SIGTERM', 'SIGINT']`, none on Windows
   */
  readonly exitSignals?: readonly string[];
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
  exitTimeout: [
    'milliseconds from 0 to 2147483647',
    (value) => typeof value === 'number' && value >= 0 && value <= 0x7fff_ffff,
  ],
  exitSignals: [
    'an array of names of signals that can be caught',
    (value) => Array.isArray(value) && value.every(isSignal),
  ],
} satisfies Record<Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, OptionChecks[string]>;

function isSignal(name: unknown): boolean {
  return name !== 'SIGKILL' && name !== 'SIGSTOP' && Object.hasOwn(constants.signals, name as string);
}
