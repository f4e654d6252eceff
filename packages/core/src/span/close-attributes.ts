import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { CloseRecord } from '../record/close-record.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_URL_TEMPLATE,
  ATTR_WEBSOCKET_CLOSE_CATEGORY,
  ATTR_WEBSOCKET_CLOSE_CAUSE,
  ATTR_WEBSOCKET_CLOSE_CODE,
  ATTR_WEBSOCKET_CLOSE_INITIATOR,
  ATTR_WEBSOCKET_CLOSE_NAME,
  ATTR_WEBSOCKET_CLOSE_REASON,
  ATTR_WEBSOCKET_CLOSE_REPORTED_CODE,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE,
  ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON,
  ATTR_WEBSOCKET_CLOSE_SYNTHETIC,
  ATTR_WEBSOCKET_CLOSE_WAS_CLEAN,
  ATTR_WEBSOCKET_CONNECTION_DURATION,
  ATTR_WEBSOCKET_CONNECTION_ID,
  ATTR_WEBSOCKET_EXTENSIONS,
  ATTR_WEBSOCKET_HANDSHAKE_DURATION,
  ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED,
  ATTR_WEBSOCKET_RECONNECT_ATTEMPT,
  ATTR_WEBSOCKET_SUBPROTOCOL,
  ATTR_WEBSOCKET_SUSPENDED_DURATION,
  ATTR_WEBSOCKET_UNSENT_SIZE,
} from '../semconv.ts';
import type { TransportRules } from './transport-rules.ts';

/**
 * Returns the value of `error.type`: the HTTP status of a rejected handshake, else the errno or library code, else the
 * cause. Returns `undefined` for a close that is not an error.
 */
export function errorTypeOf(record: CloseRecord, abnormal: boolean): string | undefined {
  if (!abnormal) return undefined;
  if (record.cause === 'handshake_rejected' && record.httpStatusCode) return String(record.httpStatusCode);
  return record.errorCode ?? record.cause;
}

/**
 * Returns the attributes of a close span. A fact that is absent from the record has no attribute.
 * @param transport adds what describes the peer; if absent, nothing does
 */
export function closeAttributes(
  record: CloseRecord,
  errorType: string | undefined,
  transport: TransportRules | undefined,
): Attributes {
  const { endpoint, requestedCode, requestedReason } = record;
  const attributes: Attributes = {};
  /** Adds a fact that is known. An empty text, and NaN, stand for a fact that is not. */
  const add = (name: string, fact: AttributeValue | undefined) => {
    if (fact || fact === 0 || fact === false) attributes[name] = fact;
  };
  add(ATTR_NETWORK_PROTOCOL_NAME, 'websocket');
  add(ATTR_WEBSOCKET_CONNECTION_ID, record.connectionId);
  add(ATTR_WEBSOCKET_CLOSE_CODE, record.code);
  add(ATTR_WEBSOCKET_CLOSE_NAME, record.name);
  add(ATTR_WEBSOCKET_CLOSE_CATEGORY, record.category);
  add(ATTR_WEBSOCKET_CLOSE_WAS_CLEAN, record.wasClean);
  add(ATTR_WEBSOCKET_CLOSE_INITIATOR, record.initiator);
  add(ATTR_WEBSOCKET_CLOSE_CAUSE, record.cause);
  add(ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED, record.handshakeSucceeded);
  add(ATTR_SERVER_ADDRESS, endpoint.address);
  add(ATTR_SERVER_PORT, endpoint.port);
  add(ATTR_URL_SCHEME, endpoint.scheme);
  add(ATTR_URL_PATH, endpoint.path);
  add(ATTR_URL_FULL, endpoint.url);
  add(ATTR_URL_TEMPLATE, endpoint.template);
  add(ATTR_WEBSOCKET_RECONNECT_ATTEMPT, record.reconnectAttempt || undefined);
  transport?.describePeer(record, attributes);
  add(ATTR_WEBSOCKET_CLOSE_REASON, record.reason);
  add(ATTR_WEBSOCKET_CLOSE_SYNTHETIC, record.synthetic || undefined);
  if (requestedCode !== record.code) add(ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE, requestedCode);
  if (requestedReason !== record.reason) add(ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON, requestedReason);
  add(ATTR_WEBSOCKET_CLOSE_REPORTED_CODE, record.reportedCode);
  add(ATTR_WEBSOCKET_CONNECTION_DURATION, seconds(record.connectionDuration));
  add(ATTR_WEBSOCKET_HANDSHAKE_DURATION, seconds(record.handshakeDuration));
  add(ATTR_WEBSOCKET_SUSPENDED_DURATION, seconds(record.suspendedDuration));
  add(ATTR_WEBSOCKET_SUBPROTOCOL, record.subprotocol);
  add(ATTR_WEBSOCKET_EXTENSIONS, record.extensions);
  add(ATTR_WEBSOCKET_UNSENT_SIZE, record.unsentSize || undefined);
  if (!record.handshakeSucceeded) add(ATTR_HTTP_RESPONSE_STATUS_CODE, record.httpStatusCode);
  add(ATTR_ERROR_TYPE, errorType);
  const { furtherAttributes: further } = record;
  // An app may note an attribute that closespan has, too: the names and their order stay those of closespan.
  return further ? { ...attributes, ...further, ...attributes } : attributes;
}

function seconds(millis = Number.NaN): number {
  return millis / 1000;
}
