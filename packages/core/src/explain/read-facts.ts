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
  ATTR_WEBSOCKET_CLOSE_LIBRARY_REASON,
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
  ATTR_WEBSOCKET_HANDSHAKE_DNS_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_INVALID,
  ATTR_WEBSOCKET_HANDSHAKE_PHASE,
  ATTR_WEBSOCKET_HANDSHAKE_RESPONSE_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_HANDSHAKE_TCP_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_TLS_DURATION,
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
import type { ExplainedFacts } from './explained-facts.ts';
import { memberOf, numberOf, sizeOf, textOf, truthOf } from './read-values.ts';

/** Attributes of every close span. */
const MARKS = [ATTR_WEBSOCKET_CLOSE_CODE, ATTR_WEBSOCKET_CLOSE_CAUSE];

/** Phases of a handshake, in words, each with the attribute that has its time. */
const PHASES = [
  ['the name look-up', ATTR_WEBSOCKET_HANDSHAKE_DNS_DURATION],
  ['TCP', ATTR_WEBSOCKET_HANDSHAKE_TCP_DURATION],
  ['TLS', ATTR_WEBSOCKET_HANDSHAKE_TLS_DURATION],
  ['the response', ATTR_WEBSOCKET_HANDSHAKE_RESPONSE_DURATION],
] as const;

/** Reads one member of a record, or one attribute of a span. */
type Read = (member: string, attribute: string) => unknown;

/**
 * Reads the facts of a close from a record, from a close span, or from the attributes of a close span. Any value is
 * accepted: a fact that cannot be read counts as not known. Never throws.
 */
export function readFacts(source: unknown): ExplainedFacts {
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
    phases: PHASES.flatMap(([phase, name]) => {
      const time = sizeOf(read('', name));
      return time ? [[phase, time] as const] : [];
    }),
    invalid: textOf(read('', ATTR_WEBSOCKET_HANDSHAKE_INVALID)),
    suspended: seconds('suspendedDuration', ATTR_WEBSOCKET_SUSPENDED_DURATION),
    appState: textOf(read('', ATTR_WEBSOCKET_APP_STATE)),
    nativeMessage: textOf(read('', ATTR_WEBSOCKET_NATIVE_MESSAGE)),
    silence: sizeOf(read('', ATTR_WEBSOCKET_SILENCE_DURATION)),
    idle: sizeOf(read('', ATTR_WEBSOCKET_IDLE_DURATION)),
    transportEnd: textOf(read('', ATTR_WEBSOCKET_TRANSPORT_END)),
    libraryReason: textOf(read('', ATTR_WEBSOCKET_CLOSE_LIBRARY_REASON)),
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
