import type { CloseCause } from '@closespan/core';

/** A close of one cause: attributes of its span, and the sentence that explains it. */
interface ExplainedClose {
  readonly close: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

const REMOTE = { initiator: 'remote', was_clean: true };
const LOCAL = { initiator: 'local', was_clean: true };
const LOST = { initiator: 'none', was_clean: false };

function opened(
  code: number,
  more: Readonly<Record<string, unknown>>,
  seconds = 42,
): ExplainedClose['close'] {
  return {
    ...closeOf(code, more),
    'websocket.handshake.succeeded': true,
    'websocket.connection.duration': seconds,
  };
}

function failed(more: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>> = {}) {
  return { ...closeOf(1006, { ...LOST, ...more }), 'websocket.handshake.succeeded': false, ...others };
}

/** A handshake that a response with these headers refused. */
function refused(status: number, headers: Readonly<Record<string, string>>): ExplainedClose['close'] {
  const named = Object.entries(headers).map(([name, value]) => [`http.response.header.${name}`, [value]]);
  const others = { 'http.response.status_code': status, 'error.type': String(status) };
  return failed({}, { ...others, ...Object.fromEntries(named) });
}

function closeOf(code: number, more: Readonly<Record<string, unknown>>): ExplainedClose['close'] {
  const attributes = Object.entries({ code, ...more }).map(([name, value]) => [
    `websocket.close.${name}`,
    value,
  ]);
  return Object.fromEntries([...attributes, ['websocket.connection.id', '9f86d081884c7d65']]);
}

/** Closes of each cause with the sentences that explain them. */
export const EXPLAINED_CAUSES = {
  handshake_rejected: [
    {
      close: failed({}, { 'http.response.status_code': 401, 'error.type': '401' }),
      sentence: 'The handshake was refused with HTTP status 401.',
    },
    {
      close: failed({}, { 'http.response.status_code': 502, 'error.type': '502' }),
      sentence: 'The handshake was refused with HTTP status 502.',
    },
    {
      close: failed({}, { 'http.response.status_code': 200, 'error.type': '200' }),
      sentence: 'The handshake was refused with HTTP status 200.',
    },
    {
      close: refused(502, { server: 'nginx/1.22.1', 'x-request-id': '4bf92f35' }),
      sentence: 'nginx/1.22.1 responded to the handshake with HTTP status 502.',
    },
    {
      close: refused(403, { server: 'cloudflare', 'cf-ray': '7d5f1c2b3a4e5f60-FRA' }),
      sentence: 'cloudflare responded to the handshake with HTTP status 403.',
    },
    {
      close: refused(503, { via: '1.1 edge', 'retry-after': '30' }),
      sentence: 'The handshake was refused with HTTP status 503.',
    },
    {
      close: refused(302, { server: 'envoy', location: 'https://example.com/login' }),
      sentence: 'envoy responded to the handshake with HTTP status 302.',
    },
  ],
  handshake_failed: [
    {
      close: failed({}, { 'websocket.handshake.invalid': 'http' }),
      sentence: 'What came back is no valid response of HTTP.',
    },
    {
      close: failed({}, { 'websocket.handshake.invalid': 'upgrade' }),
      sentence: 'The client refused the response: its header Upgrade is missing or wrong.',
    },
    {
      close: failed({}, { 'websocket.handshake.invalid': 'connection' }),
      sentence: 'The client refused the response: its header Connection is missing or wrong.',
    },
    {
      close: failed({}, { 'websocket.handshake.invalid': 'accept' }),
      sentence:
        'The client refused the response: its Sec-WebSocket-Accept does not fit the key of the request.',
    },
    {
      close: failed({}, { 'websocket.handshake.invalid': 'subprotocol' }),
      sentence:
        'The client refused the response: the server chose no subprotocol that the client had offered.',
    },
    {
      close: failed({}, { 'websocket.handshake.invalid': 'extensions' }),
      sentence:
        'The client refused the response: it names extensions or parameters that the client had not offered.',
    },
    {
      close: failed({}, { 'websocket.handshake.invalid': 'other' }),
      sentence: 'The client refused the response to the handshake, and did not say why.',
    },
    {
      close: failed({}, { 'error.type': 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      sentence: 'TLS failed: the certificate of the server does not name this host.',
    },
    {
      close: failed({}, { 'error.type': 'SELF_SIGNED_CERT_IN_CHAIN' }),
      sentence: 'TLS failed: this client does not trust who signed the certificate of the server.',
    },
    {
      close: failed({}, { 'error.type': 'ERR_SSL_WRONG_VERSION_NUMBER' }),
      sentence: 'TLS failed: what the port sent is no TLS of a version that this client speaks.',
    },
    {
      close: failed({}, { 'error.type': 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR' }),
      sentence: 'TLS failed: the two ends could not agree on a secure connection.',
    },
    {
      close: failed({}, { 'error.type': 'HPE_HEADER_OVERFLOW' }),
      sentence: 'The headers of the response are longer than this client allows.',
    },
    {
      close: failed({}, { 'error.type': 'ECONNRESET', 'websocket.transport.end': 'fin' }),
      sentence: 'The other side ended TCP before it responded to the handshake.',
    },
    {
      close: failed({}, { 'websocket.transport.end': 'reset', 'websocket.handshake.phase': 'response' }),
      sentence: 'The TCP connection was cut during the handshake.',
    },
    {
      close: failed({}, { 'error.type': 'ECONNREFUSED' }),
      sentence: 'Nobody listens at the address: the TCP connection was refused.',
    },
    { close: failed({}, { 'error.type': 'ENOTFOUND' }), sentence: 'The host name could not be resolved.' },
    {
      close: failed({}, { 'error.type': 'CERT_HAS_EXPIRED' }),
      sentence: 'TLS failed: the certificate of the server is not valid at this time.',
    },
    {
      close: failed({}, { 'error.type': 'WS_ERR_ODD' }),
      sentence: 'The handshake failed: WS_ERR_ODD.',
    },
    {
      close: failed({}, { 'error.type': 'handshake_failed' }),
      sentence: 'The handshake failed, and this end was not told why.',
    },
    {
      close: failed({}, { 'error.type': 'handshake_failed', 'websocket.handshake.phase': 'tcp' }),
      sentence: 'The handshake failed while the TCP connection was made.',
    },
    {
      close: failed({}, { 'error.type': 'WS_ERR_ODD', 'websocket.handshake.phase': 'tls' }),
      sentence: 'The handshake failed while the two ends agreed on TLS: WS_ERR_ODD.',
    },
    {
      close: failed({}, { 'error.type': 'ETIMEDOUT', 'websocket.handshake.phase': 'response' }),
      sentence: 'The network went dead during the handshake: nothing acknowledged the bytes of this end.',
    },
  ],
  handshake_timeout: [
    {
      close: failed({}),
      sentence: 'No response to the handshake came in the time that the client allows.',
    },
    {
      close: failed({}, { 'websocket.handshake.phase': 'dns' }),
      sentence: 'The host name was not resolved in the time that the client allows.',
    },
    {
      close: failed({}, { 'websocket.handshake.phase': 'tcp' }),
      sentence: 'The TCP connection was not made in the time that the client allows.',
    },
    {
      close: failed({}, { 'websocket.handshake.phase': 'tls' }),
      sentence: 'The two ends did not agree on TLS in the time that the client allows.',
    },
    {
      close: failed({}, { 'websocket.handshake.phase': 'response' }),
      sentence: 'The request has left, and no response came in the time that the client allows.',
    },
  ],
  aborted_connecting: [
    {
      close: failed({ initiator: 'local' }),
      sentence: 'The app closed the socket before the handshake was done.',
    },
    {
      close: failed(
        { initiator: 'local' },
        { 'websocket.handshake.phase': 'tls', 'websocket.handshake.duration': 5 },
      ),
      sentence: 'The app closed the socket while the two ends agreed on TLS.',
    },
  ],
  page_exit: [
    {
      close: opened(1001, { ...LOCAL, synthetic: true }),
      sentence:
        'The visitor left, reloaded or closed the page, or a worker ended itself, with the connection open.',
    },
  ],
  bfcache: [
    {
      close: opened(1001, { ...LOCAL, synthetic: true }),
      sentence:
        'The visitor left the page, and the browser may keep it for a return. No connection survives there.',
    },
  ],
  process_exit: [
    {
      close: opened(1006, { initiator: 'local', was_clean: false, synthetic: true }),
      sentence: 'This process stopped observing, or ended, while the connection was open.',
    },
  ],
  suspended: [
    {
      close: { ...opened(1006, LOST, 4000), 'websocket.suspended_duration': 3600 },
      sentence: 'The device slept or the page was frozen for 60 min, and the connection was lost.',
    },
    {
      close: failed(LOST),
      sentence: 'The device slept or the page was frozen, and the handshake failed.',
    },
    {
      close: {
        ...opened(1006, LOST, 4000),
        'websocket.app.state': 'active',
        'websocket.native.message': 'Software caused connection abort',
        'websocket.suspended_duration': 3600,
      },
      sentence: 'The app was in the background for 60 min, and the connection was lost.',
    },
  ],
  offline: [
    { close: opened(1006, LOST), sentence: 'The device had no network, and the connection was lost.' },
    { close: failed(LOST), sentence: 'The device had no network, and the handshake failed.' },
  ],
  connection_reset: [
    {
      close: { ...opened(1006, LOST), 'error.type': 'ECONNRESET' },
      sentence: 'TCP was reset (ECONNRESET): no Close frame arrived.',
    },
  ],
  close_timeout: [
    {
      close: opened(1006, { initiator: 'local', was_clean: false, requested_code: 1000 }),
      sentence: 'This end closed, and no Close frame came back in time.',
    },
  ],
  ping_timeout: [
    {
      close: opened(1006, { initiator: 'local', was_clean: false }),
      sentence: 'This end gave up a peer whose heartbeat did not come in time.',
    },
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false }),
        'websocket.ping.unanswered': 1,
        'websocket.ping.rtt': 0.042,
      },
      sentence: 'This end gave up a peer that had left a ping unanswered for too long.',
    },
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false }),
        'websocket.ping.unanswered': 3,
      },
      sentence: 'This end gave up a peer that had left 3 pings unanswered for too long.',
    },
  ],
  pong_backlog: [
    {
      close: opened(1006, { initiator: 'local', was_clean: false }),
      sentence: 'ws dropped the connection: too many pongs for the peer waited to be sent.',
    },
  ],
  message_too_big: [
    {
      close: opened(1009, REMOTE),
      sentence: 'The peer refused a message of this end as too big (1009).',
    },
    { close: opened(1009, LOCAL), sentence: 'This end refused a message of the peer as too big.' },
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false, requested_code: 1009 }),
        'websocket.message.too_big.size': 2_097_152,
        'websocket.message.too_big.limit': 1_048_576,
        'error.type': 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
      },
      sentence:
        'This end refused a message of the peer of at least 2097152 bytes: its limit is 1048576 bytes.',
    },
  ],
  too_many_parts: [
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false, requested_code: 1008 }),
        'error.type': 'WS_ERR_TOO_MANY_BUFFERED_PARTS',
      },
      sentence: 'This end refused a message of the peer that came in too many parts.',
    },
  ],
  protocol_error: [
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false }),
        'error.type': 'WS_ERR_INVALID_OPCODE',
      },
      sentence: 'Bytes that arrived break the protocol: WS_ERR_INVALID_OPCODE.',
    },
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false, requested_code: 1007 }),
        'error.type': 'WS_ERR_INVALID_UTF8',
      },
      sentence: 'Bytes that arrived break the protocol: WS_ERR_INVALID_UTF8.',
    },
    {
      close: opened(1007, REMOTE),
      sentence: 'The peer ended the connection because of wrong data: 1007 (Invalid frame payload data).',
    },
    {
      close: opened(1002, REMOTE),
      sentence: 'The peer ended the connection because of wrong data: 1002 (Protocol error).',
    },
  ],
  server_restart: [
    { close: opened(1012, REMOTE), sentence: 'The peer closed because the server restarts (1012).' },
  ],
  server_error: [
    {
      close: opened(1011, { ...REMOTE, reason: 'database' }),
      sentence: 'The peer closed because of a failure: 1011 (Internal Error).',
    },
    {
      close: opened(1013, LOCAL),
      sentence: 'This end closed because of too much load: 1013 (Try Again Later).',
    },
    {
      close: opened(1014, REMOTE),
      sentence: 'The peer closed because the server behind it failed: 1014 (Bad Gateway).',
    },
  ],
  policy: [
    {
      close: opened(1008, { ...REMOTE, reason: 'rate limit' }),
      sentence: 'The peer closed because a rule was broken: 1008 (Policy Violation).',
    },
    {
      close: opened(3008, REMOTE),
      sentence: 'The peer closed because of a time limit: 3008 (Timeout).',
    },
  ],
  local_terminate: [
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false }),
        'websocket.unsent.size': 4096,
      },
      sentence: 'This end dropped the TCP connection and sent no Close frame.',
    },
    {
      close: opened(1006, { initiator: 'local', was_clean: false }),
      sentence: 'This end dropped the TCP connection and sent no Close frame.',
    },
  ],
  local_close: [
    { close: opened(1000, LOCAL), sentence: 'This end closed: 1000 (Normal Closure).' },
    {
      close: opened(1000, { ...LOCAL, requested_code: 1008, requested_reason: 'token expired' }),
      sentence:
        'This end closed with 1008 (Policy Violation), and the peer responded with 1000 (Normal Closure).',
    },
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false, requested_code: 1013 }),
        'websocket.unsent.size': 63_963_763,
      },
      sentence: 'This end closed with 1013 (Try Again Later), and no Close frame of the peer arrived.',
    },
    {
      close: opened(1006, { initiator: 'local', was_clean: false }),
      sentence: 'This end closed or dropped the connection, and no Close frame of the peer arrived.',
    },
  ],
  idle_timeout: [
    {
      close: {
        ...opened(1006, LOST, 60.1),
        'websocket.silence.duration': 60.02,
        'websocket.idle.duration': 60.02,
        'websocket.close.limit': 60,
        'websocket.close.limit.kind': 'idle',
      },
      sentence: 'The connection was cut after 60.0 s of silence, which fits an idle limit of 60 s.',
    },
    {
      close: opened(1006, LOST),
      sentence: 'The connection was cut after silence, which fits an idle limit.',
    },
    {
      close: {
        ...opened(1006, { initiator: 'local', was_clean: false }, 120),
        'websocket.close.limit': 120,
        'websocket.close.limit.kind': 'idle',
      },
      sentence: 'This end dropped the connection after silence: its own idle limit of 120 s.',
    },
  ],
  connection_lost: [
    {
      close: opened(1006, LOST, 60.02),
      sentence: 'The connection was lost after 60.0 s: no Close frame arrived.',
    },
    {
      close: {
        ...opened(1006, LOST, 1800),
        'websocket.close.limit': 1800,
        'websocket.close.limit.kind': 'age',
      },
      sentence:
        'The connection was lost after 30 min, an age at which earlier ones ended, too: no Close frame arrived.',
    },
    {
      close: { ...opened(1006, LOST), 'websocket.transport.end': 'fin' },
      sentence: 'The connection was lost after 42.0 s: a FIN came, and no Close frame.',
    },
    {
      close: { ...opened(1006, LOST, 0.003), 'websocket.transport.end': 'fin' },
      sentence: 'The connection was lost after 3 ms: a FIN came, and no Close frame.',
    },
    {
      close: { ...opened(1006, LOST), 'websocket.transport.end': 'timeout', 'error.type': 'ETIMEDOUT' },
      sentence: 'The connection was lost after 42.0 s: nothing acknowledged what this end sent.',
    },
  ],
  remote_close: [
    { close: opened(2000, REMOTE), sentence: 'The peer closed: 2000 (Reserved for extensions).' },
    { close: opened(1001, REMOTE), sentence: 'The peer closed: 1001 (Going Away).' },
    { close: opened(1005, REMOTE), sentence: 'The peer closed and gave no code.' },
    {
      close: opened(4401, { ...REMOTE, name: 'Unauthorized' }),
      sentence: 'The peer closed: 4401 (Unauthorized).',
    },
  ],
  unknown: [
    {
      close: opened(1000, { initiator: 'unknown', was_clean: true }),
      sentence: 'The connection ended with 1000 (Normal Closure), and the record does not show why.',
    },
  ],
} satisfies Record<CloseCause, readonly ExplainedClose[]>;
