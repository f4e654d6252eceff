import { type ExportResult, ExportResultCode } from '@opentelemetry/core';

/** Divides the content of an export: spans, or metrics. */
export interface Division<T> {
  /** Splits the content into batches of at most 1 MB in JSON. A batch that cannot be split may be longer. */
  batchesOf(items: T): T[];
  /** Returns the two halves of a batch, or an empty array if the batch cannot be divided. */
  halvesOf(batch: T): T[];
}

/** Result of an attempt to send the content of an export. */
interface Sent<T> {
  /** Batches that did not arrive and may arrive later. */
  readonly left: T[];
  /** Last final refusal, or a failure that may pass, or a success. */
  readonly result: ExportResult;
}

/** Actions of a divided export. */
export interface DividedExportActions<T> {
  /** Sends one batch in one request. */
  exportNow(batch: T, done: (result: ExportResult) => void): void;
  /** Called with each batch that the collector refused permanently, and that was not divided. */
  refused?(batch: T): void;
}

/**
 * HTTP statuses that refuse the address, the method or the credentials of a request. With another status a collector, or
 * a firewall in front of it, may refuse a batch because of a small part. The halves of such a batch are sent again.
 */
export const INDIVISIBLE: readonly unknown[] = [401, 404, 405, 407, 415];
/** Number of refusals in a row after which batches are no longer divided, because the collector refuses everything. */
const MOST_REFUSALS = 64;

/**
 * Sends the content of an export in requests of at most 1 MB. The halves of a refused batch are sent again. The first
 * batch that may arrive later ends the export.
 * @param arrived called with each batch that arrived
 */
export type DividedExport<T> = (items: T, arrived?: (batch: T) => void) => Promise<Sent<T>>;

/** Makes a function that sends the content of an export in several requests. */
export function createDividedExport<T>(
  { batchesOf, halvesOf }: Division<T>,
  { exportNow, refused }: DividedExportActions<T>,
): DividedExport<T> {
  let refusals = 0;

  function partsOf(batch: T, { error }: ExportResult): T[] {
    const isDivisible = ++refusals <= MOST_REFUSALS && !INDIVISIBLE.includes(codeOf(error));
    return isDivisible ? halvesOf(batch) : [];
  }

  return async (items, arrived) => {
    const batches = batchesOf(items);
    let failure: ExportResult | undefined;
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const sent: T = batch;
      const result = await new Promise<ExportResult>((resolve) => exportNow(sent, resolve));
      if (mayArriveLater(result)) return { left: [sent, ...batches], result };
      if (result.code === ExportResultCode.SUCCESS) {
        refusals = 0;
        arrived?.(sent);
        continue;
      }
      const parts = partsOf(sent, result);
      batches.unshift(...parts);
      if (parts.length > 0) continue;
      failure = result;
      refused?.(sent);
    }
    return { left: [], result: failure ?? { code: ExportResultCode.SUCCESS } };
  };
}

/**
 * Returns whether an export has failed for a reason that may pass. If the failure is final, the exporter's error has an
 * HTTP status as its `code`.
 */
function mayArriveLater({ code, error }: ExportResult): boolean {
  return code === ExportResultCode.FAILED && typeof codeOf(error) !== 'number';
}

function codeOf(error: Error | undefined): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
