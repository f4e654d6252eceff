// Names of OpenTelemetry's semantic conventions.

/** Address of the client behind proxies, on servers by option. @example '192.0.2.7' */
export const ATTR_CLIENT_ADDRESS = 'client.address';
/** Type of the error of an abnormal close: HTTP status, errno or library code, else the cause. @example 'ECONNRESET' */
export const ATTR_ERROR_TYPE = 'error.type';
/** `Origin` of the upgrade request, on servers by option: a list with one item. @example ['https://app.example.com'] */
export const ATTR_HTTP_REQUEST_HEADER_ORIGIN = 'http.request.header.origin';
/** Status of the response to a handshake that failed. @example 401 */
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
/** IP address of the remote end of the TCP connection. @example '192.0.2.7' */
export const ATTR_NETWORK_PEER_ADDRESS = 'network.peer.address';
/** TCP port of the remote end. @example 443 */
export const ATTR_NETWORK_PEER_PORT = 'network.peer.port';
/** Always `websocket`. @example 'websocket' */
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name';
/** Host of the URL. @example 'chat.example.com' */
export const ATTR_SERVER_ADDRESS = 'server.address';
/** Port of the URL, also a default one. @example 443 */
export const ATTR_SERVER_PORT = 'server.port';
/**
 * URL without user info, query and fragment, or the result of `redactUrl`.
 * @example 'wss://chat.example.com/rooms/7'
 */
export const ATTR_URL_FULL = 'url.full';
/** Path of the URL. @example '/rooms/7' */
export const ATTR_URL_PATH = 'url.path';
/** Scheme of the URL. @example 'wss' */
export const ATTR_URL_SCHEME = 'url.scheme';
/** Result of `urlTemplate`. @example '/rooms/{id}' */
export const ATTR_URL_TEMPLATE = 'url.template';

// Names of this project.

/** Id of the connection, shared by the spans of both ends where both know it. @example '9f86d081884c7d65' */
export const ATTR_WEBSOCKET_CONNECTION_ID = 'websocket.connection.id';
/** Seconds from open to close. @example 12.5 */
export const ATTR_WEBSOCKET_CONNECTION_DURATION = 'websocket.connection.duration';
/** Close code (RFC 6455 §7.4). @example 1006 */
export const ATTR_WEBSOCKET_CLOSE_CODE = 'websocket.close.code';
/** Name of the close code. @example 'Abnormal Closure' */
export const ATTR_WEBSOCKET_CLOSE_NAME = 'websocket.close.name';
/** Kind of ending that the close code stands for. @example 'lost' */
export const ATTR_WEBSOCKET_CLOSE_CATEGORY = 'websocket.close.category';
/** Text of the peer's Close frame after `redactReason`; absent when empty. @example 'session expired' */
export const ATTR_WEBSOCKET_CLOSE_REASON = 'websocket.close.reason';
/** Whether the closing handshake was completed (RFC 6455 §7.1.4). @example true */
export const ATTR_WEBSOCKET_CLOSE_WAS_CLEAN = 'websocket.close.was_clean';
/** Who closed first: `local`, `remote`, `none` or `unknown`. @example 'remote' */
export const ATTR_WEBSOCKET_CLOSE_INITIATOR = 'websocket.close.initiator';
/** Explanation of the close, one of a fixed set. @example 'connection_lost' */
export const ATTR_WEBSOCKET_CLOSE_CAUSE = 'websocket.close.cause';
/** Present and true where the runtime fired no `close` event and the record is inferred. @example true */
export const ATTR_WEBSOCKET_CLOSE_SYNTHETIC = 'websocket.close.synthetic';
/** Code of this end's call of `close(code)`; absent where that code was recorded. @example 4000 */
export const ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE = 'websocket.close.requested_code';
/** Code of the runtime's `close` event; absent where that code was recorded. @example 0 */
export const ATTR_WEBSOCKET_CLOSE_REPORTED_CODE = 'websocket.close.reported_code';
/** Whether the connection had opened. @example true */
export const ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED = 'websocket.handshake.succeeded';
/** Seconds from construction to open, or to failure. @example 0.031 */
export const ATTR_WEBSOCKET_HANDSHAKE_DURATION = 'websocket.handshake.duration';
/** Negotiated subprotocol; absent when there is none. @example 'graphql-transport-ws' */
export const ATTR_WEBSOCKET_SUBPROTOCOL = 'websocket.subprotocol';
/** Negotiated extensions; absent when there are none. @example 'permessage-deflate' */
export const ATTR_WEBSOCKET_EXTENSIONS = 'websocket.extensions';
/** Bytes that the app passed to `send` and that never left this end; absent when 0. @example 4096 */
export const ATTR_WEBSOCKET_UNSENT_SIZE = 'websocket.unsent.size';
/** Seconds for which the device slept or the page was frozen, since construction. @example 3600 */
export const ATTR_WEBSOCKET_SUSPENDED_DURATION = 'websocket.suspended_duration';
/** On a link of a span: how the linked span is related. @example 'creation' */
export const ATTR_WEBSOCKET_LINK_TYPE = 'websocket.link.type';
/** Outcome of a close record: `exported`, `stored`, `replayed` or `dropped`. @example 'dropped' */
export const ATTR_OUTCOME = 'outcome';

/** Name of the span of a close; `url.template` follows where there is one. */
export const SPAN_WEBSOCKET_CLOSE = 'websocket.close';

/** Counter in `{close}`: closed connections of clients. */
export const METRIC_WEBSOCKET_CLIENT_CLOSES = 'websocket.client.closes';
/** Counter in `{close}`: closed connections of servers. */
export const METRIC_WEBSOCKET_SERVER_CLOSES = 'websocket.server.closes';
/** Histogram in seconds: open to close, of clients. */
export const METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION = 'websocket.client.connection.duration';
/** Histogram in seconds: open to close, of servers. */
export const METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION = 'websocket.server.connection.duration';
/** Histogram in seconds: construction to open or to failure, of clients. */
export const METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION = 'websocket.client.handshake.duration';
/** Histogram in seconds: upgrade request to open or to refusal, of servers. */
export const METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION = 'websocket.server.handshake.duration';
/** Counter in `{record}`: close records by outcome. */
export const METRIC_WEBSOCKET_TELEMETRY_RECORDS = 'websocket.telemetry.records';
