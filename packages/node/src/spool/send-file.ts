import { type ExportOutcome, INDIVISIBLE, type SendExport } from '@closespan/core/otlp';
import type { ClaimedFile } from './claimed-file.ts';
import { halvesOf, readExportRequest, spansOf } from './export-request.ts';
import { parseSpoolFile, type SpoolFile } from './spool-file.ts';
import { writeBody } from './write-spool.ts';

/** Outcome of one file of a spool. */
export interface FileOutcome {
  /** Outcome of the file's export. `undefined` if the file holds no export request. */
  readonly outcome: ExportOutcome | undefined;
  /** Number of spans in the file. */
  readonly count: number;
  /** Files with the halves of the request, if the collector refused the request because of a few spans. */
  readonly halves: SpoolFile[];
}

/**
 * Sends a file and removes the file, unless the file may arrive later.
 * @param mayDivide whether a refused request may be divided
 */
export async function sendFile(
  path: string,
  file: ClaimedFile,
  send: SendExport,
  mayDivide: boolean,
): Promise<FileOutcome> {
  const text = await file.read();
  const request = text === undefined ? undefined : readExportRequest(text);
  if (!request) {
    file.remove();
    return { outcome: undefined, count: 0, halves: [] };
  }
  const outcome = await send(new TextEncoder().encode(text));
  if (outcome.kind === 'failed') file.release();
  const count = spansOf(request);
  const isDivided =
    mayDivide && count > 1 && outcome.kind === 'refused' && !INDIVISIBLE.includes(outcome.status);
  const names = isDivided ? halvesOf(request).map((half) => writeBody(path, half)) : [];
  if (outcome.kind !== 'failed') file.remove();
  return { outcome, count, halves: names.map(parseSpoolFile).filter((half) => half !== undefined) };
}
