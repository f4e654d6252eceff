import { METRIC_WEBSOCKET_CLIENT_CLOSES } from '@closespan/core';
import { createRecorder } from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { FACTS, openedConnection } from '../helpers/record-closes.ts';

/** Records closes as a page does: the recording has no limits of labels that age, and no memory to bound. */
async function recordInPage(closes: readonly Partial<typeof FACTS>[]): Promise<object[]> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  const noPipeline = () => Promise.reject(new Error('no pipeline is needed here'));
  const recorder = createRecorder({ meterProvider, otlp: false }, noPipeline, async () => ({
    createRecording,
  }));
  for (const facts of closes) recorder.record(openedConnection(), { ...FACTS, ...facts });
  await recorder.forceFlush();
  await meterProvider.forceFlush();
  const metrics =
    exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  await meterProvider.shutdown();
  const closesMetric = metrics.find(({ descriptor }) => descriptor.name === METRIC_WEBSOCKET_CLIENT_CLOSES);
  return closesMetric?.dataPoints.map(({ attributes }) => attributes) ?? [];
}

it('labels the first 50 hosts and the first 50 codes of apps in a page', async () => {
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  const labels = await recordInPage([
    ...numbers.map((number) => ({ code: 4000 + number })),
    ...numbers.map((number) => ({ url: `wss://host-${number}.example.com` })),
  ]);
  const valuesOf = (name: string) =>
    new Set(labels.map((label) => (label as Record<string, unknown>)[name]).filter(Boolean));
  expect(valuesOf('server.address').size).toBe(50);
  expect([...valuesOf('websocket.close.code')].filter((code) => Number(code) >= 4000)).toHaveLength(50);
});
