import { constants } from 'node:os';
import type { OtlpOptions, WebSocketOptions } from '@closespan/core';
import { isOtlp, type OptionCheck, type OptionChecks } from '@closespan/core/platform';

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
  /**
   * On servers: `client.address`, by `Forwarded` or `X-Forwarded-For` where there is one, and `network.peer.*`.
   * @defaultValue `false`
   */
  readonly recordClientAddress?: boolean;
  /** On servers: the `Origin` of the page that connected. @defaultValue `false` */
  readonly recordOrigin?: boolean;
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

const BOOLEAN: OptionCheck = ['a boolean', (value) => typeof value === 'boolean'];

/** Checks of the options that only Node has, and of `otlp`, of which Node can tell more. */
export const NODE_OPTION_CHECKS: OptionChecks = {
  otlp: [
    'false or { url, headers }: an http(s) address without query, and what HTTP takes for headers',
    (value) => isOtlp(value) && (value === false || isSendable(value as OtlpOptions)),
  ],
  carriers: [
    'an array of query and subprotocol',
    (value) => Array.isArray(value) && value.every((name) => name === 'query' || name === 'subprotocol'),
  ],
  propagateContext: BOOLEAN,
  recordClientAddress: BOOLEAN,
  recordOrigin: BOOLEAN,
  exitTimeout: [
    'milliseconds from 0 to 2147483647',
    (value) => typeof value === 'number' && value >= 0 && value <= 0x7fff_ffff,
  ],
  exitSignals: [
    'an array of names of signals that can be caught',
    (value) => Array.isArray(value) && value.every(isSignal),
  ],
} satisfies Record<'otlp' | Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, OptionCheck>;

function isSignal(name: unknown): boolean {
  return name !== 'SIGKILL' && name !== 'SIGSTOP' && Object.hasOwn(constants.signals, name as string);
}

/** With what is not, each export would fail as if the collector were away. */
function isSendable({ url, headers = {} }: OtlpOptions): boolean {
  try {
    if (url !== undefined) new URL(url);
    for (const [name, value] of Object.entries(headers)) {
      // Loaded for a header alone: each process would start later.
      const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http');
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}
