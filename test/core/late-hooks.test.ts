import { loadHooks } from '@closespan/browser/recording';
import type { WebSocketOptions } from '@closespan/core';
import { createRecording } from '@closespan/core/page-recording';
import { createAppHooks, createRecorder, type Recorder, trackConnection } from '@closespan/core/platform';
import { discord } from '@closespan/core/presets';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
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

/** Makes a recorder as a page has it, whose hooks come from `load`. */
function recorderOfPage(
  load: (settings: Recorder['settings']) => Promise<void>,
  options: WebSocketOptions,
): Recorder {
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  return createRecorder(
    { tracerProvider, ...options },
    () => Promise.reject(new Error('no pipeline is needed here')),
    async () => ({ createRecording, loadHooks: load }),
  );
}

it('records no close until the code of the hooks has come, and then calls the hooks for each close', async () => {
  let isOnline = false;
  const recorder = recorderOfPage(
    async (settings) => {
      if (!isOnline) throw new Error('offline');
      settings.hooks = createAppHooks(settings.options);
    },
    { redactUrl: () => 'wss://hidden.example/', isAbnormal: () => true },
  );
  recorder.record(openedConnection(), FACTS);
  await recorder.forceFlush();
  recorder.recording()?.flushNow();
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

it('loads the code of presets, and names the codes that they know', async () => {
  const recorder = recorderOfPage(loadHooks, { presets: [discord], closeCodes: { 4999: { name: 'Ours' } } });
  const url = 'wss://gateway.discord.gg/';
  for (const code of [4004, 4999]) recorder.record(openedConnection(), { ...FACTS, url, code });
  await recorder.forceFlush();
  const names = spanExporter.getFinishedSpans().map(({ attributes }) => attributes['websocket.close.name']);
  expect(names).toEqual([discord.closeCodes[4004]?.name, 'Ours']);
});

it('loads the code of parents, and makes the span a child of the one in which the connection began', async () => {
  const recorder = recorderOfPage(loadHooks, { parent: 'creation' });
  const creation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const connection = trackConnection(trace.setSpanContext(ROOT_CONTEXT, creation));
  recorder.record(connection, FACTS);
  await recorder.forceFlush();
  const [span] = spanExporter.getFinishedSpans();
  expect(span?.parentSpanContext).toEqual(creation);
});

it.each<[string, boolean, WebSocketOptions]>([
  ['no option', false, {}],
  ['an option that is a text', false, { serviceName: 'creation', parent: 'none' }],
  ['names of close codes', false, { closeCodes: { 4001: { name: 'Gone' } } }],
  ['presets', true, { presets: [discord] }],
  ['a parent', true, { parent: 'creation' }],
  ['a function', true, { isAbnormal: () => true }],
])('with %s, a page loads the code of hooks: %s', async (_, isLoaded, options) => {
  const settings = { options } as Recorder['settings'];
  await loadHooks(settings);
  expect(settings.hooks !== undefined).toBe(isLoaded);
});
