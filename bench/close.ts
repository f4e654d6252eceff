import { createRecorder, type Recorder, startConnection } from '@closespan/core';
import {
  type Attributes,
  ROOT_CONTEXT,
  SpanKind,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ratioOf, report, SMOKE } from './figure.ts';

// The cost of a close, against a span of the SDK with the same attributes.

const CLOSES = SMOKE ? 512 : 5120;
const ROUNDS = SMOKE ? 2 : 60;
const URL = 'wss://chat.example.com/rooms';

const sink: SpanProcessor = {
  onStart() {},
  onEnd() {},
  async forceFlush() {},
  async shutdown() {},
};
const keeping = new BasicTracerProvider({ spanProcessors: [sink] });
const dropping = new BasicTracerProvider({ spanProcessors: [sink], sampler: new AlwaysOffSampler() });
const record = {
  kept: await warmRecorder(keeping),
  unsampled: await warmRecorder(dropping),
  unwanted: await warmRecorder(undefined),
};
const bare = keeping.getTracer('bench');
const unsampled = dropping.getTracer('bench');

report({
  title: 'close, in the turn of the app, against a bare span',
  value: await ratioOf(
    ROUNDS,
    () => spans(bare),
    () => closes(record.kept, 'turn'),
  ),
  unit: '×',
  target: 1.15,
});
report({
  title: 'close with AlwaysOff, in that turn, against AlwaysOff of the SDK',
  value: await ratioOf(
    ROUNDS,
    () => spans(unsampled),
    () => closes(record.unsampled, 'turn'),
  ),
  unit: '×',
  target: 1.25,
});
report({
  title: 'close, until its span has ended, against a bare span',
  value: await ratioOf(
    ROUNDS,
    () => spans(bare),
    () => closes(record.kept, 'all'),
  ),
  unit: '×',
  target: 1.35,
});
report({
  title: 'close with no provider, against a bare span',
  value: await ratioOf(
    ROUNDS,
    () => spans(bare),
    () => closes(record.unwanted, 'all'),
  ),
  unit: '×',
  target: 0.1,
});

async function warmRecorder(tracerProvider: TracerProvider | undefined): Promise<Recorder> {
  const recorder = createRecorder({ otlp: false, ...(tracerProvider && { tracerProvider }) }, () =>
    Promise.reject(new Error('no pipeline')),
  );
  await closes(recorder, 'all');
  return recorder;
}

/** CPU microseconds of one bare span after the other, made as code that knows it all would make them. */
function spans(tracer: Tracer): number {
  const before = process.cpuUsage();
  for (let i = 0; i < CLOSES; i++) {
    const startedAt = performance.now();
    const closeTime = Date.now();
    const attributes = attributesOf(i, performance.now() - startedAt);
    const options = { kind: SpanKind.CLIENT, attributes, startTime: closeTime };
    tracer.startSpan('websocket.close', options, ROOT_CONTEXT).end(closeTime);
  }
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The attributes that a close span of `closes` has. */
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

/** CPU microseconds of as many closes: in the turn in which they happen, or until the last span has ended. */
async function closes(recorder: Recorder, part: 'turn' | 'all'): Promise<number> {
  const connections = Array.from({ length: CLOSES }, () => {
    const connection = startConnection();
    connection.openedAt = connection.startedAt;
    return connection;
  });
  const before = process.cpuUsage();
  for (const connection of connections) {
    recorder.record(connection, { kind: 'client', url: URL, code: 1000, reason: 'done', wasClean: true });
  }
  const turn = process.cpuUsage(before);
  await recorder.forceFlush();
  const { user, system } = part === 'turn' ? turn : process.cpuUsage(before);
  return user + system;
}
