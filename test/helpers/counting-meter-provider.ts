import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

/** A real meter provider, and `websocket.telemetry.records` so far by outcome. */
export function countingMeterProvider(): {
  meterProvider: MeterProvider;
  outcomes: () => Promise<Record<string, number>>;
} {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  return {
    meterProvider,
    async outcomes() {
      exporter.reset();
      await meterProvider.forceFlush();
      const metrics = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
        .filter(({ descriptor }) => descriptor.name === 'websocket.telemetry.records');
      return Object.fromEntries(
        metrics.flatMap(({ dataPoints }) =>
          dataPoints.map(({ attributes, value }) => [attributes['outcome'], Number(value)]),
        ),
      );
    },
  };
}
