import type { Attributes } from '@opentelemetry/api';
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
  const { endpoint, requestedCode, reportedCode, reconnectAttempt } = record;
  const { handshakeDuration, connectionDuration, suspendedDuration } = record;
  const attributes: Attributes = {
    [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket',
    [ATTR_WEBSOCKET_CONNECTION_ID]: record.connectionId,
    [ATTR_WEBSOCKET_CLOSE_CODE]: record.code,
    [ATTR_WEBSOCKET_CLOSE_NAME]: record.name,
    [ATTR_WEBSOCKET_CLOSE_CATEGORY]: record.category,
    [ATTR_WEBSOCKET_CLOSE_WAS_CLEAN]: record.wasClean,
    [ATTR_WEBSOCKET_CLOSE_INITIATOR]: record.initiator,
    [ATTR_WEBSOCKET_CLOSE_CAUSE]: record.cause,
    [ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED]: record.handshakeSucceeded,
  };
  if (endpoint.address) attributes[ATTR_SERVER_ADDRESS] = endpoint.address;
  if (endpoint.port) attributes[ATTR_SERVER_PORT] = endpoint.port;
  if (endpoint.scheme) attributes[ATTR_URL_SCHEME] = endpoint.scheme;
  if (endpoint.path) attributes[ATTR_URL_PATH] = endpoint.path;
  if (endpoint.url) attributes[ATTR_URL_FULL] = endpoint.url;
  if (endpoint.template) attributes[ATTR_URL_TEMPLATE] = endpoint.template;
  if (reconnectAttempt) attributes[ATTR_WEBSOCKET_RECONNECT_ATTEMPT] = reconnectAttempt;
  transport?.describePeer(record, attributes);
  if (record.reason) attributes[ATTR_WEBSOCKET_CLOSE_REASON] = record.reason;
  if (record.synthetic) attributes[ATTR_WEBSOCKET_CLOSE_SYNTHETIC] = true;
  if (requestedCode !== undefined && requestedCode !== record.code) {
    attributes[ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE] = requestedCode;
  }
  if (record.requestedReason && record.requestedReason !== record.reason) {
    attributes[ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON] = record.requestedReason;
  }
  if (reportedCode !== undefined) attributes[ATTR_WEBSOCKET_CLOSE_REPORTED_CODE] = reportedCode;
  if (connectionDuration !== undefined) {
    attributes[ATTR_WEBSOCKET_CONNECTION_DURATION] = connectionDuration / 1000;
  }
  if (handshakeDuration !== undefined) {
    attributes[ATTR_WEBSOCKET_HANDSHAKE_DURATION] = handshakeDuration / 1000;
  }
  if (suspendedDuration !== undefined) {
    attributes[ATTR_WEBSOCKET_SUSPENDED_DURATION] = suspendedDuration / 1000;
  }
  if (record.subprotocol) attributes[ATTR_WEBSOCKET_SUBPROTOCOL] = record.subprotocol;
  if (record.extensions) attributes[ATTR_WEBSOCKET_EXTENSIONS] = record.extensions;
  if (record.unsentSize > 0) attributes[ATTR_WEBSOCKET_UNSENT_SIZE] = record.unsentSize;
  if (!record.handshakeSucceeded && record.httpStatusCode) {
    attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] = record.httpStatusCode;
  }
  if (errorType) attributes[ATTR_ERROR_TYPE] = errorType;
  const { furtherAttributes: further } = record;
  // An app may note an attribute that closespan has, too: the names and their order stay those of closespan.
  return further ? { ...attributes, ...further, ...attributes } : attributes;
}
