import { createRecorder, type Recorder } from '@closespan/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

/** A copy that is loaded now, and so takes the timers that are there now. */
const RECORDING = '../../packages/core/dist/recording.js?together';

let exporter: InMemorySpanExporter;
let recorder: Recorder;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  exporter = new InMemorySpanExporter();
});
afterEach(async () => {
  await recorder.shutdown();
  vi.useRealTimers();
});

/** Starts to record, ahead of what is looked at. */
async function start(isOwn: boolean): Promise<void> {
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const pipeline = { tracerProvider, meterProvider: undefined, mayWait: true };
  recorder = createRecorder(
    // Without its own flush, which has timers.
    isOwn ? {} : { tracerProvider: { getTracer: (name) => tracerProvider.getTracer(name) } },
    async () => ({ ...pipeline, forceFlush: async () => {}, shutdown: async () => {} }),
    () => import(RECORDING),
  );
  recorder.record(openedConnection(), FACTS);
  await recorder.forceFlush();
  exporter.reset();
}

/** Closes some connections; says how many are spans when the event loop has nothing else to do. */
async function close(count: number): Promise<number> {
  for (let i = 0; i < count; i++) recorder.record(openedConnection(), FACTS);
  return await settled();
}

async function settled(): Promise<number> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return exporter.getFinishedSpans().length;
}

it('waits 50 ms for more closes to write', async () => {
  await start(true);
  expect(await close(2)).toBe(0);
  vi.advanceTimersByTime(49);
  expect(await close(1)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(await settled()).toBe(3);
});

it('waits no longer when 512 are there', async () => {
  await start(true);
  expect(await close(511)).toBe(0);
  expect(await close(1)).toBe(512);
});

it('waits for nothing when it is flushed', async () => {
  await start(true);
  expect(await close(2)).toBe(0);
  await recorder.forceFlush();
  expect(exporter.getFinishedSpans()).toHaveLength(2);
});

it('waits for nothing where somebody else may shut the provider down', async () => {
  await start(false);
  expect(await close(2)).toBe(2);
});
