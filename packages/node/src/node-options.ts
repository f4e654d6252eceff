import { constants } from 'node:os';
import type { OtlpOptions, WebSocketOptions } from '@closespan/core';
import { BOOLEAN, isOtlp, type OptionCheck, type OptionChecks } from '@closespan/core/platform';

/** Options of `instrumentWebSockets()` on Node. Every option may be left out. */
export interface NodeWebSocketOptions extends WebSocketOptions {
  /**
   * Whether clients put the active context into their handshakes, with the registered propagator.
   * @defaultValue `true`
   */
  readonly propagateContext?: boolean;
  /**
   * Places in a handshake where servers look for the context of a client that cannot set headers, such as a page with the
   * option `carrier`.
   * @defaultValue none
   */
  readonly acceptCarriers?: readonly CarrierName[];
  /**
   * Whether servers record `client.address` and `network.peer.*`. Behind a proxy the address comes from `Forwarded` (RFC
   * 7239 §5.2) or `X-Forwarded-For`.
   * @defaultValue `false`
   */
  readonly recordClientAddress?: boolean;
  /**
   * Whether servers record the `Origin` header of a handshake (RFC 6455 §10.2): the page that connected.
   * @defaultValue `false`
   */
  readonly recordOrigin?: boolean;
  /**
   * Milliseconds for which the end of the process may wait until closes are sent, from 0 to 2147483647.
   * @defaultValue 5000
   */
  readonly exitTimeout?: number;
  /**
   * Names of signals that end the process only after closes are sent. For a signal that the app listens for, the app
   * decides. An empty array: none.
   * @defaultValue `['SIGTERM', 'SIGINT']`; on Windows none
   */
  readonly exitSignals?: readonly string[];
}

/** A place in a handshake, other than its headers, where a client carries its context. */
export type CarrierName = 'query' | 'subprotocol';

/** Checks of the options that only Node has, and of `otlp`, which Node can check further. */
export const NODE_OPTION_CHECKS: OptionChecks = {
  otlp: [
    'false or { url, headers }: an http(s) address without query, and what HTTP takes for headers',
    (value) => isOtlp(value) && (value === false || isSendable(value as OtlpOptions)),
  ],
  acceptCarriers: [
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

/** Says whether requests can be made with an address and headers. Without this check each export would fail later. */
function isSendable({ url, headers = {} }: OtlpOptions): boolean {
  try {
    if (url !== undefined) new URL(url);
    for (const [name, value] of Object.entries(headers)) {
      // Loaded only where there is a header, since it would slow the start of every process.
      const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http');
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}
