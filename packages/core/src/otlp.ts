/**
 * Spans of the built-in pipeline (closespan's OTLP/HTTP exporter) on Node. This entry is loaded if no tracer provider
 * is given or registered. Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import type { TracerProvider } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { exportInBackground } from './otlp/background-exporter.ts';
import { writeDefaultSpans } from './otlp/default-spans.ts';
import { createExportDelegate } from './otlp/export-delegate.ts';
import { exportTarget } from './otlp/export-target.ts';
import type { ExporterSettings } from './otlp/exporter-settings.ts';
import { createRunningExports } from './otlp/running-exports.ts';
import { createSendExport } from './otlp/send-export.ts';
import { spanRequest } from './otlp/span-request.ts';
import { createWrittenBatches } from './otlp/written-batches.ts';
import { startTimer } from './queue/queue-pause.ts';
import { askSampler } from './telemetry/ask-sampler.ts';
import type { CloseSpan } from './telemetry/close-span.ts';
import { createFailureLog } from './telemetry/failure-log.ts';
import { createResource, type OtlpProvider } from './telemetry/otlp-settings.ts';
import type { Outcome } from './telemetry/outcome-counter.ts';
import { ResendingExporter } from './telemetry/resending-exporter.ts';
import { NAME, VERSION } from './version.ts';

export type { ExporterSettings } from './otlp/exporter-settings.ts';
export { warnOfWrongVariables } from './otlp/otlp-environment.ts';
export { createRunningExports, type RunningExports } from './otlp/running-exports.ts';
export type { CloseSpan } from './telemetry/close-span.ts';
export type { OtlpProvider, OtlpSettings } from './telemetry/otlp-settings.ts';

/**
 * Tracer provider that keeps undelivered spans and sends them again. `forceFlush()` also waits for batches whose export
 * has already begun.
 */
export interface ResendingTracerProvider extends OtlpProvider<TracerProvider> {
  /**
   * Exports a close span without a tracer, which takes less time. Returns `false` if only the tracer can make this span.
   */
  addSpan(span: CloseSpan): boolean;
  /**
   * Resolves to the number of undelivered spans. Undelivered spans are sent again after about 5 to 30 seconds, until
   * they arrive or the collector refuses them.
   * @param retryNow if `true`, undelivered spans are first sent again
   */
  unsent(retryNow: boolean): Promise<number>;
  /**
   * Sends the waiting spans. Resolves when there is room for further spans. Some export requests may then still have no
   * response.
   */
  awaitRoom(): Promise<void>;
  /** Returns whether further closes must wait because nothing arrives. */
  isAway(): boolean;
}

/** Scope of close spans, as of a tracer that `getTracer(NAME, VERSION)` returns. */
const SCOPE = { name: NAME, version: VERSION };

/**
 * Starts a tracer provider that sends spans in batches over OTLP/HTTP as JSON.
 * @param count called with the outcome and the number of spans that were not delivered by the first export
 */
export function createTracerProvider(
  settings: ExporterSettings,
  count: (outcome: Outcome, count: number) => void = () => {},
): ResendingTracerProvider {
  const { startPause = startTimer, running = createRunningExports(), sampler } = settings;
  const resource = createResource(settings);
  const exporter = new ResendingExporter(
    createExportDelegate(
      { serializeRequest: spanRequest },
      createSendExport(exportTarget(settings, 'traces'), startPause, running),
      createFailureLog('export of spans'),
      (rejected) => count('dropped', rejected),
    ),
    count,
  );
  const background = exportInBackground(exporter, startPause);
  const batches = createWrittenBatches(resource, background);
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [batches],
    ...(sampler && {
      sampler: { shouldSample: (...span) => askSampler(sampler, ...span), toString: () => String(sampler) },
    }),
  });
  const writeSpan = writeDefaultSpans(settings);
  const flush = provider.forceFlush.bind(provider);
  return Object.assign(provider, {
    addSpan(span: CloseSpan) {
      const json = writeSpan?.(span);
      if (json === undefined) return false;
      batches.add(json, SCOPE);
      return true;
    },
    async forceFlush() {
      await flush();
      // The processor does not wait for the exporter.
      await background.forceFlush();
    },
    async awaitRoom() {
      await flush();
      await background.awaitRoom();
    },
    isAway: () => exporter.isAway(),
    async unsent(retryNow: boolean) {
      if (retryNow) await exporter.resend();
      return exporter.size;
    },
  });
}
