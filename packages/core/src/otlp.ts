/**
 * The spans of the built-in pipeline on Node: loaded when no tracer provider is given or registered.
 * Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import type { TracerProvider } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { exportInBackground } from './otlp/background-exporter.ts';
import { createExportDelegate } from './otlp/export-delegate.ts';
import { exportTarget } from './otlp/export-target.ts';
import type { ExporterSettings } from './otlp/exporter-settings.ts';
import { createRunningExports } from './otlp/running-exports.ts';
import { createSendExport } from './otlp/send-export.ts';
import { startTimer } from './queue/queue-pause.ts';
import { createFailureLog } from './telemetry/failure-log.ts';
import { createResource, type OtlpProvider } from './telemetry/otlp-settings.ts';
import type { Outcome } from './telemetry/outcome-counter.ts';
import { ResendingExporter } from './telemetry/resending-exporter.ts';

export type { ExporterSettings } from './otlp/exporter-settings.ts';
export { createRunningExports, type RunningExports } from './otlp/running-exports.ts';
export type { OtlpProvider, OtlpSettings } from './telemetry/otlp-settings.ts';

/**
 * Tracer provider that keeps undelivered spans and sends them again. Its `forceFlush` also waits for batches on their
 * way.
 */
export interface ResendingTracerProvider extends OtlpProvider<TracerProvider> {
  /**
   * Resolves to the number of spans that have not arrived. These spans are sent again after 5 to 30 seconds, until they
   * arrive.
   * @param retryNow whether these spans are sent again first
   */
  unsent(retryNow: boolean): Promise<number>;
  /** Sends the spans that wait; resolves when further spans find room, though an export may still be on its way. */
  awaitRoom(): Promise<void>;
}

/**
 * Starts a tracer provider that sends batches over OTLP/HTTP as JSON.
 * @param count called with outcome and number of spans that were not delivered at once
 */
export function createTracerProvider(
  settings: ExporterSettings,
  count: (outcome: Outcome, count: number) => void = () => {},
): ResendingTracerProvider {
  const { startPause = startTimer, running = createRunningExports(), sampler } = settings;
  const exporter = new ResendingExporter(
    createExportDelegate(
      JsonTraceSerializer,
      createSendExport(exportTarget(settings, 'traces'), startPause, running),
      createFailureLog('export of spans'),
      (rejected) => count('dropped', rejected),
    ),
    count,
  );
  const background = exportInBackground(exporter, startPause);
  const provider = new BasicTracerProvider({
    resource: createResource(settings),
    spanProcessors: [new BatchSpanProcessor(background)],
    ...(sampler && { sampler }),
  });
  const flush = provider.forceFlush.bind(provider);
  return Object.assign(provider, {
    async forceFlush() {
      await flush();
      // The processor does not wait for the exporter.
      await background.forceFlush();
    },
    async awaitRoom() {
      await flush();
      await background.awaitRoom();
    },
    async unsent(retryNow: boolean) {
      if (retryNow) await exporter.resend();
      return exporter.size;
    },
  });
}
