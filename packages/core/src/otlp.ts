/**
 * The spans of the built-in pipeline on Node: loaded when no tracer provider is given or registered.
 * Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import type { TracerProvider } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  createResource,
  exporterConfig,
  type OtlpProvider,
  type OtlpSettings,
} from './telemetry/otlp-settings.ts';
import type { Outcome } from './telemetry/outcome-counter.ts';
import { ResendingExporter } from './telemetry/resending-exporter.ts';

export type { OtlpProvider, OtlpSettings } from './telemetry/otlp-settings.ts';

/**
 * Tracer provider that keeps undelivered spans and sends them again. Its `forceFlush` also waits for batches on their
 * way.
 */
export interface ResendingTracerProvider extends OtlpProvider<TracerProvider> {
  /**
   * Resolves to the number of spans that have not arrived. They are sent again after 5 to 30 seconds, until they
   * arrive.
   * @param retryNow whether they are sent again first
   */
  unsent(retryNow: boolean): Promise<number>;
}

/**
 * Starts a tracer provider that sends batches over OTLP/HTTP as JSON.
 * @param count called with outcome and number of spans that were not delivered at once
 */
export function createTracerProvider(
  settings: OtlpSettings,
  count: (outcome: Outcome, count: number) => void = () => {},
): ResendingTracerProvider {
  const exporter = new ResendingExporter(
    new OTLPTraceExporter(exporterConfig(settings, '/v1/traces')),
    count,
  );
  const provider = new BasicTracerProvider({
    resource: createResource(settings),
    spanProcessors: [new BatchSpanProcessor(exporter)],
    ...(settings.sampler && { sampler: settings.sampler }),
  });
  const flush = provider.forceFlush.bind(provider);
  return Object.assign(provider, {
    async forceFlush() {
      await flush();
      // The processor does not wait for batches whose export began before the flush.
      await exporter.forceFlush();
    },
    async unsent(retryNow: boolean) {
      if (retryNow) await exporter.resend();
      return exporter.size;
    },
  });
}
