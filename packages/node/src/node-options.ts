import { constants } from 'node:os';
import type { OtlpOptions, WebSocketOptions } from '@closespan/core';
import {
  areStrings,
  BOOLEAN,
  isMillis,
  isOtlp,
  type OptionCheck,
  type OptionChecks,
  type OtlpMembers,
} from '@closespan/core/platform';

/** Options of `instrumentWebSockets()` on Node. Every option may be left out. */
export interface NodeWebSocketOptions extends WebSocketOptions {
  /**
   * Whether clients write the active OpenTelemetry context into their handshakes, with the registered propagator.
   * @defaultValue `true`
   */
  readonly propagateContext?: boolean;
  /**
   * Places in a handshake where servers search for the context of a client that cannot set headers. A page with the
   * option `carrier` is such a client.
   * @defaultValue `[]`
   */
  readonly acceptCarriers?: readonly CarrierName[];
  /**
   * Whether servers record `client.address` and `network.peer.*`. Behind a proxy, `client.address` comes from the
   * header `Forwarded` (RFC 7239 §5.2) or `X-Forwarded-For`.
   * @defaultValue `false`
   */
  readonly recordClientAddress?: boolean;
  /**
   * Whether servers record from which site a page connected. The value is scheme, host and port of the handshake's
   * `Origin` header (RFC 6455 §10.2).
   * @defaultValue `false`
   */
  readonly recordOrigin?: boolean;
  /**
   * Whether a server's refusal of a handshake becomes a close span, with the id of the connection and the HTTP status.
   * At most 100 refusals a minute do. Without the option, refusals are in the metric
   * `websocket.server.handshake.duration` alone.
   * @defaultValue `false`
   */
  readonly refusedHandshakes?: boolean;
  /**
   * Whether WebSockets of libraries that closespan does not know are observed by their frames, such as those of a copy
   * of `ws` in a bundle. Without effect in Bun and Deno.
   * @defaultValue `true`
   */
  readonly wire?: boolean;
  /**
   * Whether the built-in pipeline (closespan's OTLP/HTTP exporter) keeps every abnormal close. The sampler of
   * `OTEL_TRACES_SAMPLER` then decides about all other closes. Without effect if the option `sampler` is given.
   * @defaultValue `true`; if `OTEL_TRACES_SAMPLER` is `always_off` or `parentbased_always_off`, `false`
   */
  readonly keepAbnormal?: boolean;
  /**
   * Longest time for which the end of the process waits until closes are sent, in milliseconds. A number from 0 to
   * 2147483647.
   * @defaultValue 5000
   */
  readonly exitTimeout?: number;
  /**
   * Names of signals that end the process. When such a signal comes, closespan records the open connections and sends
   * the closes, and the process ends afterwards. If the app listens for a signal, the app decides when the process ends.
   * An empty array means no signal.
   * @defaultValue `['SIGTERM', 'SIGINT']`; on Windows `[]`
   */
  readonly exitSignals?: readonly string[];
  /**
   * Time without a byte from the peer after which an open connection counts as silent, in milliseconds. A number from 0
   * to 2147483647. The metrics `websocket.client.connection.silent` and `websocket.server.connection.silent` are counts
   * of silent connections.
   * @defaultValue 120000
   */
  readonly silenceThreshold?: number;
  /**
   * Directory for closes that could not be sent before the process ends. The built-in pipeline (closespan's OTLP/HTTP
   * exporter) writes the closes at the end of the process, and the next process with this directory sends them. A
   * missing directory is created, readable by its owner alone. At most 32 MiB are kept, for at most seven days.
   * @defaultValue nothing is written, and closes that wait are lost
   */
  readonly spool?: string;
}

/**
 * A place in a handshake where a client that cannot set headers carries its context: the query of the URL, or a
 * subprotocol.
 */
export type CarrierName = 'query' | 'subprotocol';

/** Checks of the members of the option `otlp`. */
export const OTLP_MEMBERS: OtlpMembers = {
  // An address to which a path can be appended.
  url: (url) => typeof url === 'string' && /^https?:[^?#]+$/.test(url),
  // A list, a `Map` or a `Headers` has its entries elsewhere than in its fields, and would send none.
  headers: (headers) => areStrings(headers) && !(Symbol.iterator in Object(headers)),
};

/**
 * Checks of the options that exist only on Node, and of `otlp`. For `otlp` Node also checks that requests can be sent
 * with the address and headers.
 */
export const NODE_OPTION_CHECKS: OptionChecks = {
  otlp: [
    'false or { url, headers }: an http(s) address without query, and what HTTP takes for headers',
    (value) => isOtlp(value, OTLP_MEMBERS) && (value === false || isSendable(value as OtlpOptions)),
  ],
  acceptCarriers: [
    'an array of query and subprotocol',
    (value) => Array.isArray(value) && value.every((name) => name === 'query' || name === 'subprotocol'),
  ],
  propagateContext: BOOLEAN,
  recordClientAddress: BOOLEAN,
  recordOrigin: BOOLEAN,
  refusedHandshakes: BOOLEAN,
  wire: BOOLEAN,
  keepAbnormal: BOOLEAN,
  exitTimeout: ['milliseconds from 0 to 2147483647', isMillis],
  silenceThreshold: ['milliseconds from 0 to 2147483647', isMillis],
  spool: ['a path of a directory', (value) => typeof value === 'string' && /^[^\0]+$/.test(value)],
  exitSignals: [
    'an array of names of signals that can be caught',
    (value) => Array.isArray(value) && value.every(isSignal),
  ],
} satisfies Record<'otlp' | Exclude<keyof NodeWebSocketOptions, keyof WebSocketOptions>, OptionCheck>;

function isSignal(name: unknown): boolean {
  return name !== 'SIGKILL' && name !== 'SIGSTOP' && Object.hasOwn(constants.signals, name as string);
}

/**
 * Says whether Node can send HTTP requests with an address and headers. Without this check each export would fail
 * later.
 */
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
