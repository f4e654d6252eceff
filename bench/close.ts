import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createTracerProvider } from '@closespan/core/otlp';
import { createRecorder, type Recorder } from '@closespan/core/platform';
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
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
// Enough for the closes of a round.
process.env['OTEL_BSP_MAX_QUEUE_SIZE'] = '16384';
const receiver = fork(new URL('sink.ts', import.meta.url));
const [url] = await once(receiver, 'message');
const sender = createTracerProvider({ otlp: { url } });
const sending = new BasicTracerProvider({
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }))],
});
const sent = sending.getTracer('bench');
// Sends nothing before the time of a round has been taken.
process.env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE'] = '16384';
const builtIn = createTracerProvider({ otlp: { url } });
const record = {
  builtIn: await warmRecorder(undefined, async () => pipelineOf(builtIn)),
  sender: await warmRecorder(undefined, async () => pipelineOf(sender)),
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
// The pipeline writes the bytes of a span at once. The SDK writes them when it exports, which the first figure leaves out.
report({
  title: 'close, until the built-in pipeline has the bytes of its span, against a bare span without bytes',
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
});
report({
  title: 'close, until the built-in pipeline has sent its span, against a bare span that the SDK has sent',
  value: await ratioOf(
    ROUNDS,
    () =>
      costOf(async () => {
        for (let i = 0; i < CLOSES; i++) makeBareSpan(sent, i, performance.now());
        await sending.forceFlush();
      }),
    () => {
      const connections = openConnections(CLOSES);
      return costOf(async () => {
        for (const connection of connections) record.sender.record(connection, closeFacts());
        await record.sender.forceFlush();
        await sender.forceFlush();
      });
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
await Promise.all([builtIn.shutdown(), sender.shutdown(), sending.shutdown()]);
receiver.disconnect();

/** The built-in pipeline for spans alone. */
function pipelineOf(tracerProvider: ReturnType<typeof createTracerProvider>) {
  const { addSpan } = tracerProvider;
  return {
    tracerProvider,
    addSpan,
    meterProvider: undefined,
    async forceFlush() {},
    async shutdown() {},
  };
}

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

/** CPU microseconds of this process until some work is done. */
async function costOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
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
