import { createRecording } from '@closespan/core/page-recording';
import { createAppHooks, createRecorder, type Recorder } from '@closespan/core/platform';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { beforeEach, expect, it } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

let spanExporter: InMemorySpanExporter;

beforeEach(() => {
  spanExporter = new InMemorySpanExporter();
});

/** Makes a recorder as a page has it, whose hooks come from `loadHooks`. */
function recorderOfPage(loadHooks: (settings: Recorder['settings']) => Promise<void>): Recorder {
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  return createRecorder(
    { tracerProvider, redactUrl: () => 'wss://hidden.example/', isAbnormal: () => true },
    () => Promise.reject(new Error('no pipeline is needed here')),
    async () => ({ createRecording, loadHooks }),
  );
}

it('records no close until the code of the hooks has come, and then calls the hooks for each close', async () => {
  let isOnline = false;
  const recorder = recorderOfPage(async (settings) => {
    if (!isOnline) throw new Error('offline');
    settings.hooks = createAppHooks(settings.options);
  });
  recorder.record(openedConnection(), FACTS);
  await recorder.forceFlush();
  recorder.flushNow();
  expect(spanExporter.getFinishedSpans()).toEqual([]);
  isOnline = true;
  recorder.record(openedConnection(), FACTS);
  await recorder.forceFlush();
  const spans = spanExporter.getFinishedSpans();
  expect(spans.map(({ attributes }) => attributes['url.full'])).toEqual(
    Array(2).fill('wss://hidden.example/'),
  );
  expect(spans.map(({ status }) => status.code)).toEqual([2, 2]);
});
