import { type CloseFacts, type Connection, trackConnection } from '@closespan/core/platform';
import { type Attributes, ROOT_CONTEXT, SpanKind, type Tracer } from '@opentelemetry/api';

// One close, as a recorder takes it, and as the span that code would make which knows it all.

const URL = 'wss://chat.example.com/rooms';

/** Facts of their own for each, as observers make them. */
export function closeFacts(): CloseFacts {
  return { kind: 'client', url: URL, code: 1000, reason: 'done', wasClean: true };
}

/** What is held of sockets that are open. */
export function openConnections(count: number): Connection[] {
  return Array.from({ length: count }, () => {
    const connection = trackConnection();
    connection.openedAt = connection.startedAt;
    return connection;
  });
}

/** Makes and ends a bare span with what the close span of such a connection has. */
export function makeBareSpan(tracer: Tracer, i: number, startedAt: number): void {
  const closeTime = Date.now();
  const attributes = attributesOf(i, performance.now() - startedAt);
  const options = { kind: SpanKind.CLIENT, attributes, startTime: closeTime };
  tracer.startSpan('websocket.close', options, ROOT_CONTEXT).end(closeTime);
}

function attributesOf(i: number, millis: number): Attributes {
  return {
    'network.protocol.name': 'websocket',
    'websocket.connection.id': `12345678${0x1000_0000 + i}`,
    'websocket.close.code': 1000,
    'websocket.close.name': 'Normal Closure',
    'websocket.close.category': 'normal',
    'websocket.close.was_clean': true,
    'websocket.close.initiator': 'remote',
    'websocket.close.cause': 'remote_close',
    'websocket.handshake.succeeded': true,
    'server.address': 'chat.example.com',
    'server.port': 443,
    'url.scheme': 'wss',
    'url.path': '/rooms',
    'url.full': URL,
    'websocket.close.reason': 'done',
    'websocket.connection.duration': millis / 1000,
    'websocket.handshake.duration': millis / 1000,
  };
}
