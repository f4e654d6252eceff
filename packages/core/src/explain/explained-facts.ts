import { classifyCloseCode } from '../record/close-code-table.ts';
import { REQUEST_ID_HEADERS } from '../record/response-headers.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_HEADER,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_WEBSOCKET_APP_STATE,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_INITIATOR,
  ATTR_WEBSOCKET_CLOSE_LIMIT,
  ATTR_WEBSOCKET_CLOSE_LIMIT_KIND,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CLOSE_NOTED_REASON,
  ATTR_WEBSOCKET_CLOSE_REASON,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON,
  ATTR_WEBSOCKET_CLOSE_WAS_CLEAN,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_HANDSHAKE_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_INVALID,
  ATTR_WEBSOCKET_HANDSHAKE_PHASE,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_IDLE_DURATION,
  ATTR_WEBSOCKET_MESSAGE_TOO_BIG_LIMIT,
  ATTR_WEBSOCKET_MESSAGE_TOO_BIG_SIZE,
  ATTR_WEBSOCKET_NATIVE_MESSAGE,
  ATTR_WEBSOCKET_PING_RTT,
  ATTR_WEBSOCKET_PING_UNANSWERED,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPT,
  ATTR_WEBSOCKET_SILENCE_DURATION,
  ATTR_WEBSOCKET_SUSPENDED_DURATION,
  ATTR_WEBSOCKET_TRANSPORT_END,
  ATTR_WEBSOCKET_UNSENT_SIZE,
} from '../semconv.ts';
import { memberOf, numberOf, sizeOf, textOf, truthOf } from './read-values.ts';

/** Facts of a close from which its explanation is made. A fact that is not known is `undefined`. */
export interface ExplainedFacts {
  /** Recorded cause, or the text `unknown`. */
  readonly cause: string;
  /** Close code (RFC 6455 §7.4). */
  readonly code: number | undefined;
  /** Name of the close code. Empty if there is no code. */
  readonly name: string;
  /** Reason of the peer. Empty if there is none. */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean | undefined;
  /** Who closed first: `local`, `remote`, `none` or `unknown`. */
  readonly initiator: string;
  /** Whether the connection had opened. */
  readonly opened: boolean | undefined;
  /** errno or library code. */
  readonly errorCode: string | undefined;
  /** HTTP status of a refused handshake. */
  readonly httpStatusCode: number | undefined;
  /** Header `Server` of the response that refused the handshake. Empty if there is none. */
  readonly responder: string;
  /** Header `Via` of that response. Empty if there is none. */
  readonly via: string;
  /** Header `Retry-After` of that response. Empty if there is none. */
  readonly retryAfter: string;
  /** Address of a redirect. Empty if there is none. */
  readonly location: string;
  /** Name and value of the header that names the request, such as `cf-ray 7d5f`. Empty if there is none. */
  readonly requestId: string;
  /** Seconds from open to close. */
  readonly lifetime: number | undefined;
  /** Seconds from construction to open, or to failure. */
  readonly handshake: number | undefined;
  /** Step in which the handshake ended: `dns`, `tcp`, `tls` or `response`. Empty if not known. */
  readonly phase: string;
  /** Part of the response for which the client refused the response, such as `accept`. Empty if not known. */
  readonly invalid: string;
  /** Seconds for which the device slept, the page was frozen, or the app was in the background. */
  readonly suspended: number | undefined;
  /** State of a React Native app. Empty if not known. */
  readonly appState: string;
  /** Text of a native error in React Native. Empty if there is none. */
  readonly nativeMessage: string;
  /** Seconds from the last byte of the peer to the end. */
  readonly silence: number | undefined;
  /** Seconds from the last byte in either direction to the end. */
  readonly idle: number | undefined;
  /** How TCP ended: `fin`, `reset`, `timeout` or `local`. Empty if not known. */
  readonly transportEnd: string;
  /** Time limit of a proxy that fits the end, in seconds. */
  readonly limit: number | undefined;
  /** Kind of the time limit: `idle` or `age`. Empty if there is none. */
  readonly limitKind: string;
  /** Code that the app passed to `close(code)`. */
  readonly requestedCode: number | undefined;
  /** Reason that the app passed to `close(code, reason)`. Empty if there is none. */
  readonly requestedReason: string;
  /** Reason in a note of the app. Empty if there is none. */
  readonly notedReason: string;
  /** Number of pings of the app that had no pong. */
  readonly unanswered: number | undefined;
  /** Seconds of the last round trip of a ping. */
  readonly roundTrip: number | undefined;
  /** Number of the connection since the last one that was open. `undefined` for the first one. */
  readonly attempt: number | undefined;
  /** Bytes that never left this end. */
  readonly unsentSize: number | undefined;
  /** Bytes of a message of the peer that this end refused as too big. */
  readonly refusedSize: number | undefined;
  /** Largest size of a message that this end allows, in bytes. `undefined` if this end refused none. */
  readonly sizeLimit: number | undefined;
  /** Id of the connection. Empty if there is none. */
  readonly connectionId: string;
}

/** Attributes of every close span. */
const MARKS = [ATTR_WEBSOCKET_CLOSE_CODE, ATTR_WEBSOCKET_CLOSE_CAUSE];

/** Reads one member of a record, or one attribute of a span. */
type Read = (member: string, attribute: string) => unknown;

/**
 * Reads the facts of a close from a record, from a close span, or from the attributes of a close span. Any value is
 * accepted: a fact that cannot be read counts as not known. Never throws.
 */
export function explainedFacts(source: unknown): ExplainedFacts {
  const attributes = memberOf(source, 'attributes') ?? memberOf(source, 'furtherAttributes') ?? source;
  const isSpan = MARKS.some((name) => memberOf(attributes, name) !== undefined);
  const read: Read = (member, attribute) =>
    (isSpan ? undefined : memberOf(source, member)) ?? memberOf(attributes, attribute);
  const seconds = (member: string, attribute: string) => {
    const value = sizeOf(read(member, attribute));
    return value === undefined || isSpan ? value : value / 1000;
  };
  const header = (name: string) => {
    const value = read('', ATTR_HTTP_RESPONSE_HEADER(name));
    // Some backends make one text of a list.
    return textOf(typeof value === 'string' ? value : memberOf(value, '0'));
  };
  const code = numberOf(read('code', ATTR_WEBSOCKET_CLOSE_CODE));
  const cause = textOf(read('cause', ATTR_WEBSOCKET_CLOSE_CAUSE)) || 'unknown';
  const error = textOf(read('errorCode', ATTR_ERROR_TYPE));
  return {
    cause,
    code,
    name: textOf(read('name', ATTR_WEBSOCKET_CLOSE_NAME)) || nameOf(code),
    reason: textOf(read('reason', ATTR_WEBSOCKET_CLOSE_REASON)),
    wasClean: truthOf(read('wasClean', ATTR_WEBSOCKET_CLOSE_WAS_CLEAN)),
    initiator: textOf(read('initiator', ATTR_WEBSOCKET_CLOSE_INITIATOR)) || 'unknown',
    opened: truthOf(read('handshakeSucceeded', ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED)),
    // Without an error code, `error.type` is the HTTP status or the cause.
    errorCode: error === cause || /^\d*$/.test(error) ? undefined : error,
    httpStatusCode: numberOf(read('httpStatusCode', ATTR_HTTP_RESPONSE_STATUS_CODE)),
    responder: header('server'),
    via: header('via'),
    retryAfter: header('retry-after'),
    location: header('location'),
    requestId:
      REQUEST_ID_HEADERS.map((name) => header(name) && `${name} ${header(name)}`).find(Boolean) ?? '',
    lifetime: seconds('connectionDuration', ATTR_WEBSOCKET_CONNECTION_DURATION),
    handshake: seconds('handshakeDuration', ATTR_WEBSOCKET_HANDSHAKE_DURATION),
    phase: textOf(read('', ATTR_WEBSOCKET_HANDSHAKE_PHASE)),
    invalid: textOf(read('', ATTR_WEBSOCKET_HANDSHAKE_INVALID)),
    suspended: seconds('suspendedDuration', ATTR_WEBSOCKET_SUSPENDED_DURATION),
    appState: textOf(read('', ATTR_WEBSOCKET_APP_STATE)),
    nativeMessage: textOf(read('', ATTR_WEBSOCKET_NATIVE_MESSAGE)),
    silence: sizeOf(read('', ATTR_WEBSOCKET_SILENCE_DURATION)),
    idle: sizeOf(read('', ATTR_WEBSOCKET_IDLE_DURATION)),
    transportEnd: textOf(read('', ATTR_WEBSOCKET_TRANSPORT_END)),
    limit: sizeOf(read('', ATTR_WEBSOCKET_CLOSE_LIMIT)),
    limitKind: textOf(read('', ATTR_WEBSOCKET_CLOSE_LIMIT_KIND)),
    requestedCode: numberOf(read('requestedCode', ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE)),
    requestedReason: textOf(read('requestedReason', ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON)),
    notedReason: textOf(read('', ATTR_WEBSOCKET_CLOSE_NOTED_REASON)),
    unanswered: sizeOf(read('', ATTR_WEBSOCKET_PING_UNANSWERED)),
    roundTrip: sizeOf(read('', ATTR_WEBSOCKET_PING_RTT)),
    attempt: numberOf(read('reconnectAttempt', ATTR_WEBSOCKET_RECONNECT_ATTEMPT)),
    unsentSize: sizeOf(read('unsentSize', ATTR_WEBSOCKET_UNSENT_SIZE)) || undefined,
    refusedSize: sizeOf(read('', ATTR_WEBSOCKET_MESSAGE_TOO_BIG_SIZE)),
    sizeLimit: sizeOf(read('', ATTR_WEBSOCKET_MESSAGE_TOO_BIG_LIMIT)),
    connectionId: textOf(read('connectionId', ATTR_WEBSOCKET_CONNECTION_ID)),
  };
}

function nameOf(code: number | undefined): string {
  return code === undefined ? '' : classifyCloseCode(code)[0];
}
