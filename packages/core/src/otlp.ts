/**
 * Spans of the built-in pipeline (closespan's OTLP/HTTP exporter) on Node. This entry is loaded if no tracer provider
 * is given or registered. Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import { context, type SpanContext, type TracerProvider } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { createFailureLog } from './delivery/failure-log.ts';
import { limitRepeats } from './delivery/limit-repeats.ts';
import { createResource, type OtlpProvider } from './delivery/otlp-settings.ts';
import { ResendingExporter } from './delivery/resending-exporter.ts';
import { spanDivision } from './delivery/span-batches.ts';
import { createTrackedSpans } from './delivery/tracked-spans.ts';
import type { Outcome } from './metrics/outcome-counter.ts';
import { exportInBackground } from './otlp/background-exporter.ts';
import { areSpansDefault, defaultFields } from './otlp/default-spans.ts';
import { environmentSampler } from './otlp/environment-sampler.ts';
import { createExportDelegate } from './otlp/export-delegate.ts';
import { exportTarget } from './otlp/export-target.ts';
import type { ExporterSettings } from './otlp/exporter-settings.ts';
import { createRunningExports } from './otlp/running-exports.ts';
import { useTimers } from './otlp/sdk-timers.ts';
import { createSendExport, type SendExport } from './otlp/send-export.ts';
import { spanRequest } from './otlp/span-request.ts';
import { createWrittenBatches } from './otlp/written-batches.ts';
import type { WrittenSpan } from './otlp/written-span.ts';
import { startTimer } from './queue/queue-pause.ts';
import { startWaits } from './queue/start-waits.ts';
import { diag } from './registered-api.ts';
import { SCHEMA } from './schema-url.ts';
import { askSampler } from './span/ask-sampler.ts';
import type { CloseSpan } from './span/close-span.ts';
import { NAME, VERSION } from './version.ts';

export { INDIVISIBLE } from './delivery/divided-export.ts';
export type { OtlpProvider, OtlpSettings } from './delivery/otlp-settings.ts';
export type { ExportOutcome } from './otlp/export-outcome.ts';
export type { ExporterSettings } from './otlp/exporter-settings.ts';
export { warnOfWrongVariables } from './otlp/otlp-environment.ts';
export { createRunningExports, type RunningExports } from './otlp/running-exports.ts';
export type { SendExport } from './otlp/send-export.ts';
export type { CloseSpan } from './span/close-span.ts';

/**
 * Tracer provider that keeps undelivered spans and sends them again. `forceFlush()` also waits for batches whose export
 * has already begun.
 */
export interface ResendingTracerProvider extends OtlpProvider<TracerProvider> {
  /**
   * Exports a close span without a tracer, which takes less time. Returns `false` if only the tracer can make this span.
   * @param end gets the ids of the span
   */
  addSpan(span: CloseSpan, end?: { span?: SpanContext | undefined }): boolean;
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
  /**
   * Holds later spans back instead of exporting them. Does nothing without `settings.isStored`.
   * @param isHolding if `false`, exports the spans that were held back
   */
  hold(isHolding: boolean): void;
  /**
   * Removes all undelivered spans from the provider and returns them as bodies of export requests (OTLP/JSON). Each body
   * has at most 1 MB, unless the body has a single span. The result is empty without `settings.isStored`.
   */
  takeUndelivered(): ExportBody[];
}

/** Body of an export request (OTLP/JSON). */
export interface ExportBody {
  /** Bytes of the body. */
  readonly bytes: Uint8Array;
  /** Number of spans in the body. */
  readonly count: number;
}

/** Scope of close spans, as of a tracer that `getTracer(NAME, VERSION, SCHEMA)` returns. */
const SCOPE = { name: NAME, version: VERSION, ...SCHEMA };

/**
 * Starts a tracer provider that sends spans in batches over OTLP/HTTP as JSON.
 * @param count called with the outcome and the number of spans that were not delivered by the first export
 */
export function createTracerProvider(
  settings: ExporterSettings,
  count: (outcome: Outcome, count: number) => void = () => {},
): ResendingTracerProvider {
  const { startPause = startTimer, running = createRunningExports(), isStored } = settings;
  limitRepeats(diag);
  useTimers(startPause);
  const sampler = settings.sampler ?? environmentSampler(settings.keepAbnormal);
  const tracked = isStored ? createTrackedSpans<WrittenSpan>() : undefined;
  const resource = createResource(settings);
  const log = createFailureLog('export of spans');
  const exporter = new ResendingExporter(
    createExportDelegate(
      { serializeRequest: spanRequest },
      createSendExport(exportTarget(settings, 'traces'), startPause, running),
      log,
      (rejected) => {
        count('dropped', rejected);
        log.lost(rejected);
      },
    ),
    startWaits(startPause),
    count,
    log.lost,
    tracked,
  );
  const background = exportInBackground(exporter, startPause);
  const batches = createWrittenBatches(resource, background, tracked);
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [batches],
    ...(sampler && {
      sampler: { shouldSample: (...span) => askSampler(sampler, ...span), toString: () => String(sampler) },
    }),
  });
  const isDefault = areSpansDefault(settings);
  const flush = provider.forceFlush.bind(provider);
  const shutdown = provider.shutdown.bind(provider);
  return Object.assign(provider, {
    addSpan(span: CloseSpan, end?: { span?: SpanContext | undefined }) {
      const fields = isDefault && defaultFields(span);
      if (!fields) return false;
      if (end) end.span = fields.spanContext();
      batches.add(fields, SCOPE);
      return true;
    },
    async forceFlush() {
      await flush();
      // The processor does not wait for the exporter.
      await background.forceFlush();
    },
    async shutdown() {
      await shutdown();
      log.end();
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
    hold(isHolding: boolean) {
      tracked?.hold(isHolding);
    },
    takeUndelivered() {
      batches.endStarted();
      const spans = tracked?.take() ?? [];
      if (tracked) exporter.forgetTaken();
      return spanDivision<WrittenSpan>()
        .batchesOf(spans)
        .map((batch) => ({ bytes: spanRequest(batch), count: batch.length }));
    },
  });
}

/** Makes a function that sends the body of an export of spans, with the address and headers of the settings. */
export function createBodySender(settings: ExporterSettings): SendExport {
  const { startPause = startTimer, running = createRunningExports() } = settings;
  const send = createSendExport(exportTarget(settings, 'traces'), startPause, running);
  // No instrumentation of HTTP shall make a span of this request.
  return (body) => context.with(suppressTracing(context.active()), () => send(body));
}
