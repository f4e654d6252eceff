import type { WebSocketOptions } from '@closespan/core';
import {
  type CloseFacts,
  type Connection,
  createLabelLimits,
  createQueueMemory,
  createRecorder,
  trackConnection,
} from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Spans and metrics of closes, where users read them. */
export interface Recorded {
  readonly spans: readonly ReadableSpan[];
  /** Data points by metric. */
  readonly points: Readonly<Record<string, readonly { attributes: object; value: unknown }[]>>;
}

/** The facts of a clean close; a test changes what it is about. */
export const FACTS: CloseFacts = {
  kind: 'client',
  url: 'wss://user:pass@example.com/chat?token=secret#part',
  code: 1000,
  reason: '',
  wasClean: true,
};

/** Records closes of connections that had opened, and reads the exporters. */
export async function recordCloses(
  closes: readonly (Partial<CloseFacts> & { connection?: Connection })[],
  options: WebSocketOptions = {},
): Promise<Recorded> {
  const exporter = new InMemorySpanExporter();
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const recorder = createRecorder(
    { tracerProvider, meterProvider, ...options },
    () => Promise.reject(new Error('no pipeline is needed here')),
    // As on Node, with limits of what waits.
    async () => ({
      createRecording: (settings) =>
        createRecording({
          ...settings,
          createLabelLimits,
          memory: createQueueMemory(2 ** 27),
        }),
    }),
  );
  for (const { connection = openedConnection(), ...facts } of closes) {
    recorder.record(connection, { ...FACTS, ...facts });
  }
  await recorder.forceFlush();
  await meterProvider.forceFlush();
  const metrics =
    metricExporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
  const points = Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints]),
  );
  const spans = exporter.getFinishedSpans();
  await meterProvider.shutdown();
  return { spans, points };
}

/** A connection that opened at once. */
export function openedConnection(): Connection {
  const connection = trackConnection();
  connection.openedAt = connection.startedAt;
  return connection;
}
