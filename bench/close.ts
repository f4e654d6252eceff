import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createTracerProvider } from '@closespan/core/otlp';
import { createRecorder, type Recorder } from '@closespan/core/platform';
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { AlwaysOffSampler, BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ratioOf, report, SMOKE } from './figure.ts';
import { closeFacts, makeBareSpan, openConnections } from './same-close.ts';

// The cost of a close, against a span of the SDK with the same attributes. A provider of the SDK makes such a span for
// each close, too, so a close costs more than a span there. The built-in pipeline makes none.

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
// Enough for the closes of a round, which are sent when its time has been taken.
process.env['OTEL_BSP_MAX_QUEUE_SIZE'] = process.env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'] = '16384';
const receiver = fork(new URL('sink.ts', import.meta.url));
const [url] = await once(receiver, 'message');
const builtIn = createTracerProvider({ otlp: { url } });
const record = {
  builtIn: await warmRecorder(undefined, async () => ({
    tracerProvider: builtIn,
    addSpan: builtIn.addSpan,
    meterProvider: undefined,
    async forceFlush() {},
    async shutdown() {},
  })),
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
  target: 0.1,
});
report({
  title: 'close with AlwaysOff, in that turn, against AlwaysOff of the SDK',
  value: await ratioOf(
    ROUNDS,
    () => spans(unsampled),
    () => closes(record.unsampled, 'turn'),
  ),
  unit: '×',
  target: 0.15,
});
report({
  title: 'close, until its span of the SDK has ended, against a bare span',
  value: await ratioOf(
    ROUNDS,
    () => spans(bare),
    () => closes(record.kept, 'all'),
  ),
  unit: '×',
});
report({
  title: 'close, until the built-in pipeline has its span, against a bare span',
  value: await ratioOf(
    ROUNDS,
    () => spans(bare),
    async () => {
      const cost = await closes(record.builtIn, 'all');
      await builtIn.forceFlush();
      return cost;
    },
  ),
  unit: '×',
  target: 0.8,
});
report({
  title: 'close with no provider, against a bare span',
  value: await ratioOf(
    ROUNDS,
    () => spans(bare),
    () => closes(record.unwanted, 'all'),
  ),
  unit: '×',
  target: 0.05,
});
await builtIn.shutdown();
receiver.disconnect();

async function warmRecorder(
  tracerProvider: TracerProvider | undefined,
  startPipeline?: Parameters<typeof createRecorder>[1],
): Promise<Recorder> {
  const recorder = createRecorder(
    { ...(!startPipeline && { otlp: false }), ...(tracerProvider && { tracerProvider }) },
    startPipeline ?? (() => Promise.reject(new Error('no pipeline'))),
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
