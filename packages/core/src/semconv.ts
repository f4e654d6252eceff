/** Names of OpenTelemetry's semantic conventions that close spans and metrics use. */
/** The client behind proxies, where they tell it. @example '192.0.2.7' */
export const ATTR_CLIENT_ADDRESS = 'client.address';
export const ATTR_ERROR_TYPE = 'error.type';
/** Header values are lists. @example ['https://app.example.com'] */
export const ATTR_HTTP_REQUEST_HEADER_ORIGIN = 'http.request.header.origin';
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const ATTR_NETWORK_PEER_ADDRESS = 'network.peer.address';
export const ATTR_NETWORK_PEER_PORT = 'network.peer.port';
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const ATTR_URL_FULL = 'url.full';
export const ATTR_URL_PATH = 'url.path';
export const ATTR_URL_SCHEME = 'url.scheme';
export const ATTR_URL_TEMPLATE = 'url.template';

/** Both ends' spans of one connection carry the same id. @example '9f86d081884c7d65' */
export const ATTR_WEBSOCKET_CONNECTION_ID = 'websocket.connection.id';
/** Seconds from open to close. @example 12.5 */
export const ATTR_WEBSOCKET_CONNECTION_DURATION = 'websocket.connection.duration';
/** @example 1006 */
export const ATTR_WEBSOCKET_CLOSE_CODE = 'websocket.close.code';
/** @example 'Abnormal Closure' */
export const ATTR_WEBSOCKET_CLOSE_NAME = 'websocket.close.name';
/** @example 'lost' */
export const ATTR_WEBSOCKET_CLOSE_CATEGORY = 'websocket.close.category';
/** @example 'session expired' */
export const ATTR_WEBSOCKET_CLOSE_REASON = 'websocket.close.reason';
/** @example true */
export const ATTR_WEBSOCKET_CLOSE_WAS_CLEAN = 'websocket.close.was_clean';
/** @example 'remote' */
export const ATTR_WEBSOCKET_CLOSE_INITIATOR = 'websocket.close.initiator';
/** @example 'connection_lost' */
export const ATTR_WEBSOCKET_CLOSE_CAUSE = 'websocket.close.cause';
/** Only when true. @example true */
export const ATTR_WEBSOCKET_CLOSE_SYNTHETIC = 'websocket.close.synthetic';
/** @example 4000 */
export const ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE = 'websocket.close.requested_code';
/** Only where the runtime's event has another code than what came. @example 0 */
export const ATTR_WEBSOCKET_CLOSE_REPORTED_CODE = 'websocket.close.reported_code';
/** @example true */
export const ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED = 'websocket.handshake.succeeded';
/** Seconds from construction to open, or to failure. @example 0.031 */
export const ATTR_WEBSOCKET_HANDSHAKE_DURATION = 'websocket.handshake.duration';
/** @example 'graphql-transport-ws' */
export const ATTR_WEBSOCKET_SUBPROTOCOL = 'websocket.subprotocol';
/** @example 'permessage-deflate' */
export const ATTR_WEBSOCKET_EXTENSIONS = 'websocket.extensions';
/** Bytes that the peer never got. @example 4096 */
export const ATTR_WEBSOCKET_UNSENT_SIZE = 'websocket.unsent.size';
/** Seconds for which the device slept, or the page was frozen, meanwhile. @example 3600 */
export const ATTR_WEBSOCKET_SUSPENDED_DURATION = 'websocket.suspended_duration';
/** On a link: how the linked span is related. @example 'creation' */
export const ATTR_WEBSOCKET_LINK_TYPE = 'websocket.link.type';
/** What became of a close record. @example 'dropped' */
export const ATTR_OUTCOME = 'outcome';

export const SPAN_WEBSOCKET_CLOSE = 'websocket.close';

export const METRIC_WEBSOCKET_CLIENT_CLOSES = 'websocket.client.closes';
export const METRIC_WEBSOCKET_SERVER_CLOSES = 'websocket.server.closes';
export const METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION = 'websocket.client.connection.duration';
export const METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION = 'websocket.server.connection.duration';
export const METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION = 'websocket.client.handshake.duration';
export const METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION = 'websocket.server.handshake.duration';
export const METRIC_WEBSOCKET_TELEMETRY_RECORDS = 'websocket.telemetry.records';
