// Names of OpenTelemetry's semantic conventions.

/**
 * Address of the client behind proxies. Recorded only on servers with the option `recordClientAddress`.
 * @example '192.0.2.7'
 */
export const ATTR_CLIENT_ADDRESS = 'client.address';
/**
 * Type of error of an abnormal close: HTTP status, errno or library code, else the cause. Absent for a normal close.
 * @example 'ECONNRESET'
 */
export const ATTR_ERROR_TYPE = 'error.type';
/**
 * `Origin` header of the upgrade request, as a list with one item. Recorded only on servers with the option
 * `recordOrigin`.
 * @example ['https://app.example.com']
 */
export const ATTR_HTTP_REQUEST_HEADER_ORIGIN = 'http.request.header.origin';
/**
 * Returns the name of the attribute for a header of the response to a handshake that the server refused. The value is a
 * list with one text.
 * @param name name of the header, in lower case
 * @example ATTR_HTTP_RESPONSE_HEADER('retry-after') // 'http.response.header.retry-after'
 */
export const ATTR_HTTP_RESPONSE_HEADER = (name: string): string => `http.response.header.${name}`;
/** HTTP status of the response to a handshake that failed. @example 401 */
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
/**
 * Kind of network of the device at the end of the connection: `wifi`, `wired`, `cell`, `unavailable` or `unknown`. Absent
 * if the browser or, in React Native, NetInfo does not say.
 * @example 'wifi'
 */
export const ATTR_NETWORK_CONNECTION_TYPE = 'network.connection.type';
/** IP address of the remote end of the TCP connection. @example '192.0.2.7' */
export const ATTR_NETWORK_PEER_ADDRESS = 'network.peer.address';
/** TCP port of the remote end of the connection. @example 443 */
export const ATTR_NETWORK_PEER_PORT = 'network.peer.port';
/** Name of the network protocol: always `websocket`. @example 'websocket' */
export const ATTR_NETWORK_PROTOCOL_NAME = 'network.protocol.name';
/** Host name or IP address in the URL. @example 'chat.example.com' */
export const ATTR_SERVER_ADDRESS = 'server.address';
/** Port of the URL. Default ports are recorded, too. @example 443 */
export const ATTR_SERVER_PORT = 'server.port';
/**
 * URL without user info, query and fragment. With the option `redactUrl`, the result of that function.
 * @example 'wss://chat.example.com/rooms/7'
 */
export const ATTR_URL_FULL = 'url.full';
/** Path of the URL that `redactUrl` returned. @example '/rooms/7' */
export const ATTR_URL_PATH = 'url.path';
/** Scheme of the URL. @example 'wss' */
export const ATTR_URL_SCHEME = 'url.scheme';
/** Name of the URL that the option `urlTemplate` returned. @example '/rooms/{id}' */
export const ATTR_URL_TEMPLATE = 'url.template';

// Names of this project.

/**
 * Id of the connection. Both ends record one id if both run on Node, or if the client carries its id in the handshake.
 * @example '9f86d081884c7d65'
 */
export const ATTR_WEBSOCKET_CONNECTION_ID = 'websocket.connection.id';
/** Time from open to close, in seconds. @example 12.5 */
export const ATTR_WEBSOCKET_CONNECTION_DURATION = 'websocket.connection.duration';
/** Close code (RFC 6455 §7.4). @example 1006 */
export const ATTR_WEBSOCKET_CLOSE_CODE = 'websocket.close.code';
/** Name of the close code. @example 'Abnormal Closure' */
export const ATTR_WEBSOCKET_CLOSE_NAME = 'websocket.close.name';
/** Kind of ending that the close code means. @example 'lost' */
export const ATTR_WEBSOCKET_CLOSE_CATEGORY = 'websocket.close.category';
/** Text of the peer's Close frame, after `redactReason`. Absent if empty. @example 'session expired' */
export const ATTR_WEBSOCKET_CLOSE_REASON = 'websocket.close.reason';
/** Whether the closing handshake was completed (RFC 6455 §7.1.4). @example true */
export const ATTR_WEBSOCKET_CLOSE_WAS_CLEAN = 'websocket.close.was_clean';
/**
 * Who closed first: `local` (this end), `remote` (the peer), `none` (the transport was lost) or `unknown`.
 * @example 'remote'
 */
export const ATTR_WEBSOCKET_CLOSE_INITIATOR = 'websocket.close.initiator';
/** Cause of the end of the connection: one of a fixed set. @example 'connection_lost' */
export const ATTR_WEBSOCKET_CLOSE_CAUSE = 'websocket.close.cause';
/**
 * Reason for which a library on top of the WebSocket ended the connection: a word of engine.io or Socket.IO, from a
 * fixed set, or `_OTHER`. Absent if no such library was seen.
 * @example 'ping timeout'
 */
export const ATTR_WEBSOCKET_CLOSE_LIBRARY_REASON = 'websocket.close.library_reason';
/**
 * `true` if the runtime fired no `close` event, so that the record was made from other facts. Absent otherwise.
 * @example true
 */
export const ATTR_WEBSOCKET_CLOSE_SYNTHETIC = 'websocket.close.synthetic';
/** Code that this end passed to `close(code)`. Absent if that code was recorded as the close code. @example 4000 */
export const ATTR_WEBSOCKET_CLOSE_REQUESTED_CODE = 'websocket.close.requested_code';
/**
 * Reason that the app passed to `close(code, reason)`, after `redactReason`. Absent if the same text was recorded as the
 * close reason.
 * @example 'server restarts'
 */
export const ATTR_WEBSOCKET_CLOSE_REQUESTED_REASON = 'websocket.close.requested_reason';
/** Code of the runtime's `close` event. Absent if that code was recorded as the close code. @example 0 */
export const ATTR_WEBSOCKET_CLOSE_REPORTED_CODE = 'websocket.close.reported_code';
/**
 * Number of pings of the app that had no pong when the connection ended, or when this end dropped it. Absent if the app
 * sent no ping, or if pongs are not seen.
 * @example 1
 */
export const ATTR_WEBSOCKET_PING_UNANSWERED = 'websocket.ping.unanswered';
/** Last round trip of a ping of the app and its pong, in seconds. Absent if none was measured. @example 0.042 */
export const ATTR_WEBSOCKET_PING_RTT = 'websocket.ping.rtt';
/**
 * Reason that the app gave in a note, after `redactReason`. Absent if the app noted none. @example 'ping timeout'
 */
export const ATTR_WEBSOCKET_CLOSE_NOTED_REASON = 'websocket.close.noted_reason';
/** Whether the connection had opened. @example true */
export const ATTR_WEBSOCKET_HANDSHAKE_SUCCEEDED = 'websocket.handshake.succeeded';
/** Time from construction of the socket to open, or to failure, in seconds. @example 0.031 */
export const ATTR_WEBSOCKET_HANDSHAKE_DURATION = 'websocket.handshake.duration';
/** Negotiated subprotocol (RFC 6455 §1.9), after `redactSubprotocol`. Absent if there is none. @example 'graphql-transport-ws' */
export const ATTR_WEBSOCKET_SUBPROTOCOL = 'websocket.subprotocol';
/** Negotiated extensions (RFC 6455 §9). Absent if there are none. @example 'permessage-deflate' */
export const ATTR_WEBSOCKET_EXTENSIONS = 'websocket.extensions';
/**
 * Number of bytes that the app passed to `send` and that were still in the process when the connection ended. Absent if
 * 0.
 * @example 4096
 */
export const ATTR_WEBSOCKET_UNSENT_SIZE = 'websocket.unsent.size';
/**
 * Largest number of bytes that waited in the process just after the app had sent a message. Recorded only with the
 * option `messages`, and not in pages. Absent if 0.
 * @example 1048576
 */
export const ATTR_WEBSOCKET_UNSENT_MAX_SIZE = 'websocket.unsent.max_size';
/**
 * Time from the last byte of the peer to the end, in seconds. The closing handshake does not count. Absent where the
 * runtime does not count bytes.
 * @example 60.02
 */
export const ATTR_WEBSOCKET_SILENCE_DURATION = 'websocket.silence.duration';
/**
 * Time from the last byte in either direction to the end, in seconds. The closing handshake does not count. Absent where
 * the runtime does not count bytes.
 * @example 60.02
 */
export const ATTR_WEBSOCKET_IDLE_DURATION = 'websocket.idle.duration';
/**
 * Number of bytes received after the handshake. Absent where the runtime does not count bytes.
 * @example 4096
 */
export const ATTR_WEBSOCKET_RECEIVED_SIZE = 'websocket.received.size';
/**
 * Number of bytes sent after the handshake. Absent where the runtime does not count bytes.
 * @example 4096
 */
export const ATTR_WEBSOCKET_SENT_SIZE = 'websocket.sent.size';
/**
 * How the TCP connection ended: `fin` (the other side ended it in order), `reset`, `timeout` (the system gave up, since
 * no acknowledgement came) or `local` (this process destroyed the socket). Absent where the runtime does not show the
 * end.
 * @example 'fin'
 */
export const ATTR_WEBSOCKET_TRANSPORT_END = 'websocket.transport.end';
/**
 * Step in which a client's handshake ended without a response: `dns` (looks up the host name), `tcp` (makes the TCP
 * connection), `tls` (agrees on TLS) or `response` (awaits the response). Absent where the runtime does not show the
 * step.
 * @example 'tls'
 */
export const ATTR_WEBSOCKET_HANDSHAKE_PHASE = 'websocket.handshake.phase';
/** Time for which a slow or failed handshake looked up the host name, in seconds, to 0.1 s. @example 4.9 */
export const ATTR_WEBSOCKET_HANDSHAKE_DNS_DURATION = 'websocket.handshake.dns.duration';
/** Time for which a slow or failed handshake made the TCP connection, in seconds, to 0.1 s. @example 3.1 */
export const ATTR_WEBSOCKET_HANDSHAKE_TCP_DURATION = 'websocket.handshake.tcp.duration';
/** Time for which the ends of a slow or failed handshake agreed on TLS, in seconds, to 0.1 s. @example 1.2 */
export const ATTR_WEBSOCKET_HANDSHAKE_TLS_DURATION = 'websocket.handshake.tls.duration';
/** Time for which a slow or failed handshake awaited the response, in seconds, to 0.1 s. @example 4.2 */
export const ATTR_WEBSOCKET_HANDSHAKE_RESPONSE_DURATION = 'websocket.handshake.response.duration';
/**
 * Part of a response for which a client refused the response. `http`: the bytes are no response of HTTP. The other parts
 * are of a response with status 101 (RFC 6455 §4.1): the headers `upgrade`, `connection`, `accept`, `subprotocol` and
 * `extensions`, and `other` if the client does not show the part.
 * @example 'accept'
 */
export const ATTR_WEBSOCKET_HANDSHAKE_INVALID = 'websocket.handshake.invalid';
/** Time limit of a proxy, or of another hop, that fits the end of the connection, in seconds. @example 60 */
export const ATTR_WEBSOCKET_CLOSE_LIMIT = 'websocket.close.limit';
/**
 * Kind of the time limit: `idle` (time without a byte) or `age` (the whole life of a connection). Absent without
 * `websocket.close.limit`.
 * @example 'idle'
 */
export const ATTR_WEBSOCKET_CLOSE_LIMIT_KIND = 'websocket.close.limit.kind';
/**
 * Time for which the device slept or the page was frozen since construction, in seconds. In React Native: how long the
 * app was last in the background. Absent if none was noticed.
 * @example 3600
 */
export const ATTR_WEBSOCKET_SUSPENDED_DURATION = 'websocket.suspended_duration';
/** Number of messages that the app received. Recorded only with the option `messages`. @example 42 */
export const ATTR_WEBSOCKET_MESSAGE_RECEIVED_COUNT = 'websocket.message.received.count';
/** Payload of all messages that the app received, in bytes. Recorded only with the option `messages`. @example 4096 */
export const ATTR_WEBSOCKET_MESSAGE_RECEIVED_SIZE = 'websocket.message.received.size';
/**
 * Payload of the largest message that the app received, in bytes. Recorded only with the option `messages`. Absent if
 * the app received no message.
 * @example 512
 */
export const ATTR_WEBSOCKET_MESSAGE_RECEIVED_MAX_SIZE = 'websocket.message.received.max_size';
/** Number of messages that the app sent. Recorded only with the option `messages`. @example 42 */
export const ATTR_WEBSOCKET_MESSAGE_SENT_COUNT = 'websocket.message.sent.count';
/** Payload of all messages that the app sent, in bytes. Recorded only with the option `messages`. @example 4096 */
export const ATTR_WEBSOCKET_MESSAGE_SENT_SIZE = 'websocket.message.sent.size';
/**
 * Size of the message of the peer that this end refused as too big, in bytes, as its frames announced it. Absent if the
 * size is not known, and for a message that the peer refused.
 * @example 2097152
 */
export const ATTR_WEBSOCKET_MESSAGE_TOO_BIG_SIZE = 'websocket.message.too_big.size';
/**
 * Largest size of a message or frame that this end allows, in bytes. Recorded only if this end refused a message as too
 * big.
 * @example 1048576
 */
export const ATTR_WEBSOCKET_MESSAGE_TOO_BIG_LIMIT = 'websocket.message.too_big.limit';
/** Path of the page's address at the end of the connection, after `redactUrl`. @example '/rooms/7' */
export const ATTR_WEBSOCKET_PAGE_PATH = 'websocket.page.path';
/**
 * Whether the page was `visible` or `hidden` at the end of the connection. Absent if the connection ended because the
 * page was left.
 * @example 'hidden'
 */
export const ATTR_WEBSOCKET_PAGE_VISIBILITY = 'websocket.page.visibility';
/**
 * State of a React Native app at the end of the connection: `active`, `background` or `inactive`. Absent if the app has
 * not passed its module `AppState`.
 * @example 'background'
 */
export const ATTR_WEBSOCKET_APP_STATE = 'websocket.app.state';
/**
 * Text with which the system of a phone reports a failed connection in React Native, after `redactReason`. At most 256
 * characters. Absent if there is none.
 * @example 'Software caused connection abort'
 */
export const ATTR_WEBSOCKET_NATIVE_MESSAGE = 'websocket.native.message';
/**
 * Attribute of a span link: relation between the linked span and the connection. `creation` is the span that was active
 * when the socket was made. `previous_connection` is the close span of the connection before in the chain.
 * @example 'creation'
 */
export const ATTR_WEBSOCKET_LINK_TYPE = 'websocket.link.type';
/**
 * Number of a client connection among the connections begun since the last one that had opened, from 1. Absent for the
 * first connection to a target.
 * @example 6
 */
export const ATTR_WEBSOCKET_RECONNECT_ATTEMPT = 'websocket.reconnect.attempt';
/** Number of connections that were begun in an outage, including the one that opened. @example 6 */
export const ATTR_WEBSOCKET_RECONNECT_ATTEMPTS = 'websocket.reconnect.attempts';
/**
 * Causes of the connections that were begun in an outage and did not open, each cause once, at most ten. Absent if
 * there are none.
 * @example ['handshake_failed', 'handshake_rejected']
 */
export const ATTR_WEBSOCKET_RECONNECT_CAUSES = 'websocket.reconnect.causes';
/**
 * Outcome of a close record: `exported`, `stored` for a later try, `replayed` (delivered later) or `dropped`.
 * @example 'dropped'
 */
export const ATTR_OUTCOME = 'outcome';

/**
 * Age of an open connection, as one of five groups: `lt_1m`, `lt_10m`, `lt_1h`, `lt_1d`, `ge_1d`.
 * @example 'lt_1h'
 */
export const ATTR_WEBSOCKET_CONNECTION_AGE_GROUP = 'websocket.connection.age_group';

/**
 * Attribute of a count of silent connections: `ping` for those whose peer owes the pong for a ping of the app. Absent
 * for the others.
 * @example 'ping'
 */
export const ATTR_REASON = 'reason';

/** Name of the span of a close. If there is a `url.template`, a space and the template follow. */
export const SPAN_WEBSOCKET_CLOSE = 'websocket.close';

/**
 * Name of the span of an outage: the time from a loss to the next opening. If there is a `url.template`, a space and the
 * template follow.
 */
export const SPAN_WEBSOCKET_RECONNECT = 'websocket.reconnect';

/** Counter of closed client connections, in `{close}`. */
export const METRIC_WEBSOCKET_CLIENT_CLOSES = 'websocket.client.closes';
/** Counter of closed server connections, in `{close}`. */
export const METRIC_WEBSOCKET_SERVER_CLOSES = 'websocket.server.closes';
/** Histogram of the time from open to close of client connections, in seconds. */
export const METRIC_WEBSOCKET_CLIENT_CONNECTION_DURATION = 'websocket.client.connection.duration';
/** Histogram of the time from open to close of server connections, in seconds. */
export const METRIC_WEBSOCKET_SERVER_CONNECTION_DURATION = 'websocket.server.connection.duration';
/** Histogram of the time from a loss to the opening that ends the outage, in seconds. */
export const METRIC_WEBSOCKET_CLIENT_RECONNECT_DOWNTIME = 'websocket.client.reconnect.downtime';
/** Histogram of the duration of client handshakes, in seconds: from construction to open, or to failure. */
export const METRIC_WEBSOCKET_CLIENT_HANDSHAKE_DURATION = 'websocket.client.handshake.duration';
/** Histogram of the duration of server handshakes, in seconds: from the upgrade request to open, or to refusal. */
export const METRIC_WEBSOCKET_SERVER_HANDSHAKE_DURATION = 'websocket.server.handshake.duration';
/** Number of open client connections, in `{connection}`: connections that have opened and have not ended. */
export const METRIC_WEBSOCKET_CLIENT_CONNECTION_ACTIVE = 'websocket.client.connection.active';
/** Number of open server connections, in `{connection}`: connections that have opened and have not ended. */
export const METRIC_WEBSOCKET_SERVER_CONNECTION_ACTIVE = 'websocket.server.connection.active';
/** Number of open client connections over which nothing came for the time of `silenceThreshold`, in `{connection}`. */
export const METRIC_WEBSOCKET_CLIENT_CONNECTION_SILENT = 'websocket.client.connection.silent';
/** Number of open server connections over which nothing came for the time of `silenceThreshold`, in `{connection}`. */
export const METRIC_WEBSOCKET_SERVER_CONNECTION_SILENT = 'websocket.server.connection.silent';
/** Histogram of the round trips of an app's pings over client connections, in seconds: from ping to pong. */
export const METRIC_WEBSOCKET_CLIENT_PING_DURATION = 'websocket.client.ping.duration';
/** Histogram of the round trips of an app's pings over server connections, in seconds: from ping to pong. */
export const METRIC_WEBSOCKET_SERVER_PING_DURATION = 'websocket.server.ping.duration';
/** Counter of messages that client connections have received, in `{message}`. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_CLIENT_MESSAGE_RECEIVED_COUNT = 'websocket.client.message.received.count';
/** Counter of payload that client connections have received, in bytes. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_CLIENT_MESSAGE_RECEIVED_SIZE = 'websocket.client.message.received.size';
/** Counter of messages that client connections have sent, in `{message}`. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_CLIENT_MESSAGE_SENT_COUNT = 'websocket.client.message.sent.count';
/** Counter of payload that client connections have sent, in bytes. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_CLIENT_MESSAGE_SENT_SIZE = 'websocket.client.message.sent.size';
/** Counter of messages that server connections have received, in `{message}`. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_SERVER_MESSAGE_RECEIVED_COUNT = 'websocket.server.message.received.count';
/** Counter of payload that server connections have received, in bytes. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_SERVER_MESSAGE_RECEIVED_SIZE = 'websocket.server.message.received.size';
/** Counter of messages that server connections have sent, in `{message}`. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_SERVER_MESSAGE_SENT_COUNT = 'websocket.server.message.sent.count';
/** Counter of payload that server connections have sent, in bytes. Each connection is added when it closes. */
export const METRIC_WEBSOCKET_SERVER_MESSAGE_SENT_SIZE = 'websocket.server.message.sent.size';
/** Counter of close records, split by the outcome of each record. The unit is `{record}`. */
export const METRIC_WEBSOCKET_TELEMETRY_RECORDS = 'websocket.telemetry.records';
