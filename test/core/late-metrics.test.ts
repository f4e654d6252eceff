import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCloseMetrics } from '@closespan/core/metrics';
import { createRecording } from '@closespan/core/page-recording';
import { createRecorder, type Recorder } from '@closespan/core/platform';
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
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

const CODE = { createCloseMetrics };
type Load = () => Promise<typeof CODE>;

let metricExporter: InMemoryMetricExporter;
let meterProvider: MeterProvider;
let spanExporter: InMemorySpanExporter;
let tracerProvider: BasicTracerProvider;
const error = vi.fn();

beforeEach(() => {
  metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metricExporter })],
  });
  spanExporter = new InMemorySpanExporter();
  tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  error.mockClear();
  diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
});
afterEach(async () => {
  diag.disable();
  await meterProvider.shutdown();
});

/** Makes a promise of the code, and what resolves the promise. */
function loadingCode(): { promise: Promise<typeof CODE>; resolve: (code: typeof CODE) => void } {
  let resolve = (_code: typeof CODE) => {};
  const promise = new Promise<typeof CODE>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** Makes a recorder as a page has it, whose code of metrics comes from `load`. */
function recorderOfPage(load: Load, hasMeter = true): Recorder {
  const providers = { tracerProvider, ...(hasMeter && { meterProvider }) };
  const noPipeline = () => Promise.reject(new Error('no pipeline is needed here'));
  const recorder = createRecorder(providers, noPipeline, async () => ({ createRecording }));
  recorder.settings.loadMetrics = load;
  return recorder;
}

/** Returns the sum of a counter, or the number of values of a histogram. */
async function measured(name: string): Promise<number> {
  await meterProvider.forceFlush();
  const points = metricExporter
    .getMetrics()
    .at(-1)
    ?.scopeMetrics.flatMap(({ metrics }) => metrics)
    .find(({ descriptor }) => descriptor.name === name)?.dataPoints;
  const values = points?.map(({ value }) => (typeof value === 'number' ? value : value.count));
  return values?.reduce((sum, value) => sum + value, 0) ?? 0;
}

function record(recorder: Recorder, closes: number, code = 1000): void {
  for (let n = 0; n < closes; n++) recorder.record(openedConnection(), { ...FACTS, code });
}

it('counts each close that was written before the code of metrics came', async () => {
  const { promise, resolve } = loadingCode();
  const recorder = recorderOfPage(() => promise);
  record(recorder, 100);
  await vi.waitUntil(() => spanExporter.getFinishedSpans().length === 100);
  expect(await measured('websocket.client.closes')).toBe(0);
  record(recorder, 20, 4000);
  resolve(CODE);
  await recorder.forceFlush();
  expect(await measured('websocket.client.closes')).toBe(120);
  expect(await measured('websocket.client.connection.duration')).toBe(120);
  expect(await measured('websocket.telemetry.records')).toBe(120);
});

it('passes spans on at the exit of a page although the code of metrics has not come', async () => {
  const { promise, resolve } = loadingCode();
  const load = vi.fn(() => promise);
  const recorder = recorderOfPage(load);
  recorder.prepare();
  await vi.waitUntil(() => load.mock.calls.length > 0);
  record(recorder, 3);
  recorder.recording()?.flushNow();
  expect(spanExporter.getFinishedSpans()).toHaveLength(3);
  // The page comes back.
  resolve(CODE);
  await recorder.forceFlush();
  expect(await measured('websocket.client.closes')).toBe(3);
});

it('waits for the code of metrics at a shutdown', async () => {
  const { promise, resolve } = loadingCode();
  const recorder = recorderOfPage(() => promise);
  record(recorder, 2);
  let isStopped = false;
  const stopped = recorder.shutdown().then(() => {
    isStopped = true;
  });
  await vi.waitUntil(() => spanExporter.getFinishedSpans().length === 2);
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  expect(isStopped).toBe(false);
  resolve(CODE);
  await stopped;
  expect(await measured('websocket.client.closes')).toBe(2);
});

it('tries again to load the code of metrics, and counts what was held', async () => {
  let isOnline = false;
  const recorder = recorderOfPage(async () => {
    if (!isOnline) throw new Error('offline');
    return CODE;
  });
  record(recorder, 2);
  await recorder.forceFlush();
  expect(spanExporter.getFinishedSpans()).toHaveLength(2);
  expect(error).toHaveBeenCalledWith('closespan: metrics not loaded', expect.any(Error));
  isOnline = true;
  await recorder.forceFlush();
  expect(await measured('websocket.client.closes')).toBe(2);
});

it('holds at most 4096 calls', async () => {
  const { promise, resolve } = loadingCode();
  const recorder = recorderOfPage(() => promise);
  record(recorder, 6000);
  await vi.waitUntil(() => spanExporter.getFinishedSpans().length === 6000, 20_000);
  resolve(CODE);
  await recorder.forceFlush();
  const histogram = await measured('websocket.client.connection.duration');
  expect(histogram).toBeLessThanOrEqual(4096);
  expect(histogram).toBeGreaterThan(3900);
});

it('loads no code of metrics without a meter', async () => {
  const load = vi.fn<Load>();
  const recorder = recorderOfPage(load, false);
  record(recorder, 2);
  await recorder.forceFlush();
  expect(spanExporter.getFinishedSpans()).toHaveLength(2);
  expect(load).not.toHaveBeenCalled();
});
