import { AbnormalCloseSampler } from '@closespan/core';
import { createRecorder } from '@closespan/core/platform';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

/** Ids whose four words differ; the last ones lie at the edges of a ratio. */
const TRACE_IDS = [
  ...Array.from({ length: 2000 }, (_, i) =>
    [i + 1, i * 40_503, i * 2_654_435_761, i * 69_069]
      .map((word) => (word % 2 ** 32).toString(16).padStart(8, '0'))
      .join(''),
  ),
  'f'.repeat(32),
  `${'0'.repeat(24)}ffffffff`,
  `${'0'.repeat(24)}fffffffe`,
  `${'0'.repeat(24)}7fffffff`,
  `${'0'.repeat(24)}7ffffffe`,
  `${'0'.repeat(31)}1`,
];

describe('AbnormalCloseSampler', () => {
  it.each([
    { code: 1000, wasClean: true, off: 0 },
    { code: 1001, wasClean: true, off: 0 },
    { code: 1012, wasClean: true, off: 0 },
    { code: 1006, wasClean: false, off: 1 },
    { code: 1011, wasClean: true, off: 1 },
    { code: 4401, wasClean: true, off: 1 },
  ])('keeps $off span for code $code over an always-off base', async ({ code, wasClean, off }) => {
    for (const [base, kept] of [
      [new AlwaysOffSampler(), off],
      [new AlwaysOnSampler(), 1],
    ] as const) {
      const exporter = new InMemorySpanExporter();
      const tracerProvider = new BasicTracerProvider({
        sampler: new AbnormalCloseSampler(base),
        spanProcessors: [new SimpleSpanProcessor(exporter)],
      });
      const closeCodes = { 4401: { abnormal: true } };
      const recorder = createRecorder(
        { tracerProvider, closeCodes },
        () => Promise.reject(),
        () => import('@closespan/core/recording'),
      );
      recorder.record(openedConnection(), { ...FACTS, code, wasClean });
      await recorder.forceFlush();
      expect(exporter.getFinishedSpans()).toHaveLength(kept);
    }
  });

  it('asks the base about every other span', () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      sampler: new AbnormalCloseSampler(new AlwaysOffSampler()),
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    provider
      .getTracer('app')
      .startSpan('GET', { attributes: { 'error.type': '500' } })
      .end();
    expect(exporter.getFinishedSpans()).toHaveLength(0);
  });

  it.each([0, 0.001, 0.05, 0.5, 0.999_999, 1])(
    "keeps the traces that OpenTelemetry's sampler keeps for %d",
    (ratio) => {
      const samplers = [new AbnormalCloseSampler(ratio), new TraceIdRatioBasedSampler(ratio)];
      const [ours, theirs] = samplers.map((sampler) =>
        TRACE_IDS.map(
          (id) => sampler.shouldSample(ROOT_CONTEXT, id, 'websocket.close', SpanKind.CLIENT, {}, []).decision,
        ),
      );
      expect(ours).toEqual(theirs);
    },
  );

  it('keeps an abnormal close whatever the ratio', () => {
    const attributes = { 'error.type': 'connection_lost' };
    const { decision } = new AbnormalCloseSampler(0).shouldSample(
      ROOT_CONTEXT,
      'f'.repeat(32),
      'websocket.close',
      SpanKind.CLIENT,
      attributes,
      [],
    );
    expect(decision).toBe(2);
  });

  it.each([
    [-0.1, '`-0.1` (number)'],
    [1.1, '`1.1` (number)'],
    [Number.NaN, '`NaN` (number)'],
    ['0.5', '`0.5` (string)'],
    [undefined, '`undefined` (undefined)'],
  ])('refuses %s', (base, fact) => {
    expect(() => new AbnormalCloseSampler(base as number)).toThrow(
      new TypeError(`Expected \`base\` to be a number from 0 to 1 or a sampler, got ${fact}`),
    );
  });
});
