import type { CloseFacts } from '@closespan/core/platform';

/** Facts that the text of a native error says in plain words. */
export type NativeErrorFacts = Pick<
  CloseFacts,
  'httpStatusCode' | 'errorCode' | 'cause' | 'initiator' | 'interruption'
>;

/** HTTP status of a refused handshake: OkHttp on Android, SocketRocket on iOS. */
const STATUS =
  /^(?:Expected HTTP 101 response but was '|Received bad response code from server:? )(\d{3})\b/i;

/** errno of a failure, by words of the systems: `strerror`, Java's network classes, and Foundation. */
const ERRORS: readonly (readonly [errorCode: string, words: RegExp])[] = [
  ['ECONNRESET', /\bconnection reset\b|\bECONNRESET\b/i],
  ['ECONNABORTED', /\bsoftware caused connection abort\b|\bECONNABORTED\b/i],
  ['EPIPE', /\bbroken pipe\b|\bEPIPE\b/i],
  ['ECONNREFUSED', /\bconnection refused\b|\bECONNREFUSED\b/i],
  ['ENETUNREACH', /\bnetwork is unreachable\b|\bENETUNREACH\b/i],
  ['ENETDOWN', /\bnetwork is down\b|\bENETDOWN\b/i],
  ['EHOSTUNREACH', /\bno route to host\b|\bEHOSTUNREACH\b/i],
  ['ENOTCONN', /\bsocket is not connected\b|\bENOTCONN\b/i],
  [
    'ENOTFOUND',
    /\bunable to resolve host\b|\bno address associated with hostname\b|\bnodename nor servname\b|\bhostname could not be found\b|\bkCFErrorDomainCFNetwork error 2\b/i,
  ],
  [
    'ETIMEDOUT',
    /^timeout$|\b(?:operation|connection|connect|read|request) timed out\b|\btimed out connecting\b|\bfailed to connect to .* after \d+ ?ms\b|\bETIMEDOUT\b/i,
  ],
];
const RESET = /^(?:ECONNRESET|ECONNABORTED|EPIPE)$/;

/** Texts of OkHttp for frames that break RFC 6455. */
const PROTOCOL =
  /^(?:Control frames? must|Unexpected rsv|Server-sent frames must not be masked|Frame length 0x|Malformed close payload|Unknown (?:control )?opcode|Expected continuation opcode|Code must be in range|Code \d+ is reserved)/;

/**
 * Returns the facts in the text of a native error. A text in another language, or one that is not known, gives no
 * facts.
 * @param opened whether the handshake succeeded
 */
export function nativeErrorFacts(message: string, opened: boolean): NativeErrorFacts {
  if (!opened) {
    const [, status] = STATUS.exec(message) ?? [];
    if (status) return { httpStatusCode: Number(status) };
  }
  if (/\binternet connection appears to be offline\b/i.test(message)) return { interruption: 'offline' };
  if (opened && PROTOCOL.test(message)) return { cause: 'protocol_error', initiator: 'local' };
  if (opened && /\bdidn't receive pong within \d/.test(message))
    return { cause: 'ping_timeout', initiator: 'local' };
  const [errorCode] = ERRORS.find(([, words]) => words.test(message)) ?? [];
  if (!errorCode) return {};
  return { errorCode, ...(opened && RESET.test(errorCode) && { cause: 'connection_reset' }) };
}
