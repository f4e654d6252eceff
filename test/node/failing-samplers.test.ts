import type { SamplingResultLike } from '@closespan/core';
import { instrumentWebSockets } from '@closespan/node';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectAndClose } from '../helpers/connect-and-close.ts';

const error = vi.fn();
const rejections = vi.fn();
beforeEach(() => {
  const logger = { error, warn: error, info() {}, debug() {}, verbose() {} };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  process.on('unhandledRejection', rejections);
});
afterEach(() => {
  process.off('unhandledRejection', rejections);
  diag.disable();
  vi.clearAllMocks();
});

const fail = () => {
  throw new Error('from the app');
};
const SPAN = '/chat client 4001 clean local local_close';

describe('the built-in pipeline', () => {
  it.each<[string, () => unknown, string]>([
    ['throws', fail, 'sampler threw'],
    ['returns nothing', () => undefined, 'sampler threw'],
    ['rejects', async () => fail(), 'sampler returned no number'],
    ['returns no decision', () => ({}), 'sampler returned no number'],
    ['returns a text', () => ({ decision: 'yes' }), 'sampler returned no number'],
  ])('keeps the spans of a sampler that %s, and says so', async (_what, shouldSample, line) => {
    const receiver = await startOtlpReceiver();
    const handle = instrumentWebSockets({
      otlp: { url: receiver.url },
      sampler: { shouldSample: shouldSample as () => SamplingResultLike },
    });
    await connectAndClose('/chat', 4001);
    await handle.shutdown();
    await receiver.close();
    expect(receiver.spans.map(closeLine)).toContain(SPAN);
    expect(error.mock.calls.map(([text]) => text)).toEqual([`closespan: ${line}`]);
    expect(rejections).not.toHaveBeenCalled();
  });

  it('adds the attributes of a sampler', async () => {
    const receiver = await startOtlpReceiver();
    const handle = instrumentWebSockets({
      otlp: { url: receiver.url },
      sampler: { shouldSample: () => ({ decision: 2, attributes: { 'app.sampled': 'yes' } }) },
    });
    await connectAndClose('/chat', 4001);
    await handle.shutdown();
    await receiver.close();
    expect(receiver.spans.map(({ attributes }) => attributes['app.sampled'])).toEqual(['yes', 'yes']);
    expect(error).not.toHaveBeenCalled();
  });
});

const idle: SpanProcessor = { onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} };

describe('with a provider of the app, metrics and hooks get each close, although', () => {
  it.each<[string, ConstructorParameters<typeof BasicTracerProvider>[0] | object]>([
    ['its sampler throws', { sampler: { shouldSample: fail } }],
    ['its processor throws at the start', { spanProcessors: [{ ...idle, onStart: fail }] }],
    ['its processor throws at the end', { spanProcessors: [{ ...idle, onEnd: fail }] }],
    ['its processor throws at a flush', { spanProcessors: [{ ...idle, forceFlush: fail }] }],
    ['its processor rejects a flush', { spanProcessors: [{ ...idle, forceFlush: async () => fail() }] }],
    [
      'its exporter throws',
      { spanProcessors: [new SimpleSpanProcessor({ export: fail, async shutdown() {} })] },
    ],
    ['it throws when asked for a tracer', { getTracer: fail }],
    ['it throws at a flush', { forceFlush: fail }],
  ])('%s', async (_what, settings) => {
    const receiver = await startOtlpReceiver();
    const closeHook = vi.fn();
    const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const meterProvider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter: metrics })],
    });
    const provider = new BasicTracerProvider(settings);
    const { getTracer, forceFlush } = settings as Partial<BasicTracerProvider>;
    const handle = instrumentWebSockets({
      otlp: { url: receiver.url },
      tracerProvider: Object.assign(provider, getTracer && { getTracer }, forceFlush && { forceFlush }),
      meterProvider,
      closeHook,
    });
    await connectAndClose('/chat', 4001);
    await handle.shutdown();
    await meterProvider.forceFlush();
    await receiver.close();
    expect(closeHook).toHaveBeenCalledTimes(2);
    const measured = metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics));
    const closes = measured.filter(({ descriptor }) => descriptor.name.endsWith('.closes'));
    expect(closes.flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value))).toEqual([1, 1]);
    // Its spans are not sent elsewhere.
    expect(receiver.spans).toEqual([]);
    expect(rejections).not.toHaveBeenCalled();
  });

  it('its meter provider throws: the spans arrive', async () => {
    const exporter = new InMemorySpanExporter();
    const handle = instrumentWebSockets({
      tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
      meterProvider: { getMeter: fail },
    });
    await connectAndClose('/chat', 4001);
    await handle.shutdown();
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    expect(rejections).not.toHaveBeenCalled();
  });
});
