import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { ISerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { FailureLog } from '../delivery/failure-log.ts';
import type { ExportOutcome } from './export-outcome.ts';
import type { SendExport } from './send-export.ts';

/**
 * Members of an export response that closespan reads, for spans and metrics (OTLP specification, "Partial Success").
 */
interface ExportResponse {
  readonly partialSuccess?: {
    readonly rejectedSpans?: unknown;
    readonly rejectedDataPoints?: unknown;
    readonly errorMessage?: unknown;
  };
}

/** Error of an export, as an exporter passes the error to its callers. */
interface ExportError extends Error {
  /** HTTP status with which the receiver permanently refused the export. Absent if the export may arrive later. */
  readonly code?: number;
  /** Time for which the receiver asked to wait, in milliseconds. Present only if the export may arrive later. */
  readonly retryAfter?: number | undefined;
}

/** Largest number of exports that may be unfinished at one time. */
const MOST_RUNNING = 30;

/**
 * Makes the part of an exporter that serializes and sends the items, and reports failures to a log.
 * @param onRejected called with the number of items that the receiver rejected, if the receiver accepted the other
 * items of the export
 */
export function createExportDelegate<T>(
  serializer: Pick<ISerializer<T, unknown>, 'serializeRequest'>,
  send: SendExport,
  log: FailureLog,
  onRejected: (count: number) => void = () => {},
): IOtlpExportDelegate<T> {
  const running = new Set<Promise<void>>();

  async function exportNow(items: T): Promise<ExportResult> {
    const outcome = await exportOutcome(items);
    if (outcome.kind === 'taken') {
      readResponse(outcome.body, items);
      return { code: ExportResultCode.SUCCESS };
    }
    const error = errorOf(outcome);
    log.failed(error.message);
    return { code: ExportResultCode.FAILED, error };
  }

  async function exportOutcome(items: T): Promise<ExportOutcome> {
    if (running.size >= MOST_RUNNING)
      return { kind: 'failed', reason: 'too many on their way', mayRetry: false };
    try {
      return await send(serializer.serializeRequest(items) ?? new Uint8Array());
    } catch (error) {
      // Another try would fail alike.
      return { kind: 'refused', status: 0, reason: `not serialized: ${error}` };
    }
  }

  /**
   * Reads the response of a receiver that accepted an export.
   * @param items items of the export; the receiver cannot have rejected more
   */
  function readResponse(body: Uint8Array, items: T): void {
    const { rejectedSpans, rejectedDataPoints, errorMessage } = readJson(body)?.partialSuccess ?? {};
    const claimed = countOf(rejectedSpans ?? rejectedDataPoints);
    if (!(claimed > 0)) {
      log.succeeded();
      return;
    }
    const rejected = Math.min(claimed, sizeOf(items));
    // Control characters could write lines of their own into a log, or change a terminal.
    const reason =
      typeof errorMessage === 'string'
        ? errorMessage.slice(0, 200).replace(/\p{C}+/gu, ' ')
        : 'without a reason';
    log.failed(`${rejected} rejected, ${reason}`);
    onRejected(rejected);
  }

  return {
    export(items, done) {
      const exported = exportNow(items).then(done);
      running.add(exported);
      void exported.finally(() => running.delete(exported));
    },
    async forceFlush() {
      await Promise.all(running);
    },
    async shutdown() {
      await Promise.all(running);
    },
    setMetrics() {},
  };
}

function errorOf(outcome: Exclude<ExportOutcome, { kind: 'taken' }>): ExportError {
  const error = new Error(outcome.reason);
  return outcome.kind === 'refused'
    ? Object.assign(error, { code: outcome.status })
    : Object.assign(error, { retryAfter: outcome.retryAfter });
}

/** Returns the number of items in an export: of spans, or of data points. */
function sizeOf(items: unknown): number {
  if (Array.isArray(items)) return items.length;
  const { scopeMetrics } = items as ResourceMetrics;
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}

/** Reads a number of items, which JSON has as a number or a text. An object would run a conversion of its own. */
function countOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Math.floor(Number(value)) : 0;
}

/** Reads a response as JSON. Returns `undefined` if the receiver sent another format. */
function readJson(body: Uint8Array): ExportResponse | undefined | null {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
