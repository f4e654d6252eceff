import { createRecorder, type Recorder } from '@closespan/core/platform';
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ratioOf, report, SMOKE } from './figure.ts';
import { closeFacts, makeBareSpan, openConnections } from './same-close.ts';

// The cost of a close, against a span of the SDK with the same attributes.

const CLOSES = SMOKE ? 512 : 5120;
const ROUNDS = SMOKE ? 2 : 60;

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
  const recorder = createRecorder(
    { otlp: false, ...(tracerProvider && { tracerProvider }) },
    () => Promise.reject(new Error('no pipeline')),
    () => import('@closespan/core/recording'),
  );
  await closes(recorder, 'all');
  return recorder;
}

/** CPU microseconds of one bare span after the other. */
function spans(tracer: Tracer): number {
  const before = process.cpuUsage();
  for (let i = 0; i < CLOSES; i++) makeBareSpan(tracer, i, performance.now());
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** CPU microseconds of as many closes: in the turn in which they happen, or until the last span has ended. */
async function closes(recorder: Recorder, part: 'turn' | 'all'): Promise<number> {
  const connections = openConnections(CLOSES);
  const before = process.cpuUsage();
  for (const connection of connections) recorder.record(connection, closeFacts());
  const turn = process.cpuUsage(before);
  await recorder.forceFlush();
  const { user, system } = part === 'turn' ? turn : process.cpuUsage(before);
  return user + system;
}
