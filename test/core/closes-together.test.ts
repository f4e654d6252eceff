import { createRecorder, type Recorder } from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

let exporter: InMemorySpanExporter;
let recorder: Recorder;
/** The pause that goes on. */
let pause: { millis: number; end(): void } | undefined;
beforeEach(() => {
  exporter = new InMemorySpanExporter();
});
afterEach(() => recorder.shutdown());

function startPause(millis: number) {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = () => {
      pause = undefined;
      resolve();
    };
  });
  pause = { millis, end };
  return { over, end };
}

/** Starts to record, ahead of what is looked at; the pipeline says whether all has arrived. */
async function start({ isOwn = true, unsent = async (_now: boolean) => 0 } = {}): Promise<void> {
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const pipeline = { tracerProvider, meterProvider: undefined, unsent };
  recorder = createRecorder(
    isOwn ? {} : { tracerProvider },
    async () => ({ ...pipeline, forceFlush: async () => {}, shutdown: async () => {} }),
    async () => ({
      createRecording: (settings) => createRecording({ ...settings, startPause }),
    }),
  );
  recorder.record(openedConnection(), FACTS);
  await recorder.forceFlush();
  exporter.reset();
}

function close(count: number, facts = {}): void {
  for (let i = 0; i < count; i++) recorder.record(openedConnection(), { ...FACTS, ...facts });
}

/** Resolves once as many are spans as are meant to be. */
async function written(count: number): Promise<void> {
  await expect.poll(() => exporter.getFinishedSpans().length).toBe(count);
}

/** Gives the queue turns enough of the event loop to write some, if it does not wait. */
async function waiting(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(exporter.getFinishedSpans()).toEqual([]);
}

it('the queue waits 50 ms for more closes to write', async () => {
  await start();
  close(2);
  await waiting();
  close(1);
  await waiting();
  expect(pause?.millis).toBe(50);
  pause?.end();
  await written(3);
});

it('the queue waits again for a close that comes just after it has written the others', async () => {
  await start();
  const exportSpans = exporter.export.bind(exporter);
  exporter.export = (spans, done) => {
    exportSpans(spans, done);
    exporter.export = exportSpans;
    queueMicrotask(() => close(1));
  };
  close(1);
  await waiting();
  pause?.end();
  await written(1);
  exporter.reset();
  await waiting();
  pause?.end();
  await written(1);
});

it('the queue waits no longer when 512 are there', async () => {
  await start();
  close(511);
  await waiting();
  close(1);
  await written(512);
});

it('the queue waits for nothing when it is flushed', async () => {
  await start();
  close(2);
  await waiting();
  await recorder.forceFlush();
  expect(exporter.getFinishedSpans()).toHaveLength(2);
});

it('the queue waits for nothing where somebody else may shut the provider down', async () => {
  await start({ isOwn: false });
  close(2);
  await written(2);
});

it('the queue gives no more away while what was sent before has not arrived, and looks again from time to time', async () => {
  let left = 0;
  const asked: boolean[] = [];
  const unsent = async (now: boolean) => {
    asked.push(now);
    return left;
  };
  await start({ unsent });
  left = 1;
  close(2);
  await waiting();
  pause?.end();
  await waiting();
  expect(pause?.millis).toBe(5000);
  asked.length = 0;
  await recorder.forceFlush();
  expect(asked[0]).toBe(true);
  close(1);
  await waiting();
  pause?.end();
  await waiting();
  left = 0;
  pause?.end();
  await written(3);
});

it('the queue drops the oldest normal closes when too many wait', async () => {
  let left = 0;
  await start({ unsent: async () => left });
  left = 1;
  close(10, { code: 1006, wasClean: false });
  for (let i = 0; i < 131_072; i++) recorder.record(openedConnection(), { ...FACTS, reason: String(i) });
  left = 0;
  await recorder.forceFlush();
  const reasons = exporter.getFinishedSpans().map(({ attributes }) => attributes['websocket.close.reason']);
  expect(reasons.slice(0, 11)).toEqual([...Array(10).fill(undefined), '1024']);
  expect(reasons).toHaveLength(131_082 - 1024);
  expect(reasons.at(-1)).toBe('131071');
});
