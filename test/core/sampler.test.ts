import { AbnormalCloseSampler } from '@closespan/core';
import { createRecorder } from '@closespan/core/platform';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

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
      const recorder = createRecorder({ tracerProvider, closeCodes }, () => Promise.reject());
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
});
