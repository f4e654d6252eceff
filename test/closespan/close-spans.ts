import type { ReceivedSpan } from 'closespan/receiver';

/** Facts of a span that a test chooses. All others are those of a lost connection. */
export interface CloseFacts {
  readonly side?: 'client' | 'server';
  readonly id?: string;
  readonly code?: number;
  readonly cause?: string;
  readonly path?: string;
  readonly reason?: string;
  readonly service?: string;
  /** Seconds from open to close. */
  readonly lifetime?: number;
  /** Span id of the close before in a chain of reconnects. */
  readonly previous?: string;
  readonly isAbnormal?: boolean;
  readonly attributes?: ReceivedSpan['attributes'];
}

let number = 0;

/** Makes the span of a close, each with ids of its own. */
export function closeSpanOf(facts: CloseFacts = {}): ReceivedSpan {
  number++;
  const { side = 'client', code = 1006, cause = 'connection_lost', path = '/chat', lifetime = 60 } = facts;
  const { service = 'shop', id = `${number}`.padStart(16, '0'), isAbnormal = code === 1006, reason } = facts;
  return {
    name: 'websocket.close',
    kind: side === 'server' ? 2 : 3,
    traceId: `${number}`.padStart(32, 'a'),
    spanId: `${number}`.padStart(16, 'b'),
    parentSpanId: undefined,
    startTime: 1_750_000_000_000 + number,
    endTime: 1_750_000_000_000 + number,
    attributes: {
      'server.address': 'chat.example.com',
      'server.port': 443,
      'url.path': path,
      'url.full': `wss://chat.example.com${path}`,
      'websocket.connection.id': id,
      'websocket.connection.duration': lifetime,
      'websocket.close.code': code,
      'websocket.close.cause': cause,
      'websocket.close.initiator': 'none',
      'websocket.close.was_clean': code !== 1006,
      'websocket.handshake.succeeded': true,
      ...(reason && { 'websocket.close.reason': reason }),
      ...(isAbnormal && { 'error.type': cause }),
      ...facts.attributes,
    },
    statusCode: isAbnormal ? 2 : 0,
    statusMessage: undefined,
    links: facts.previous
      ? [
          {
            traceId: 'c'.repeat(32),
            spanId: facts.previous,
            attributes: { 'websocket.link.type': 'previous_connection' },
          },
        ]
      : [],
    resource: { 'service.name': service },
    scope: { name: 'closespan', version: '1.2.3' },
  };
}

/** Makes the span of an outage of so many seconds. */
export function outageSpanOf(seconds: number, isOver = true): ReceivedSpan {
  const span = closeSpanOf({ isAbnormal: !isOver });
  return {
    ...span,
    name: 'websocket.reconnect',
    startTime: span.endTime - seconds * 1000,
    attributes: {
      'server.address': 'chat.example.com',
      'url.path': '/chat',
      'websocket.reconnect.attempts': 6,
      'websocket.reconnect.causes': ['handshake_failed'],
    },
  };
}
