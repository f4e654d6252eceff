import { type ExportBody, type ExportOutcome, INDIVISIBLE, type SendExport } from '@closespan/core/otlp';
import type { ClaimedFile } from './claimed-file.ts';
import { halvesOf, readExportRequest, spansOf } from './export-request.ts';
import { removeFile } from './spool-directory.ts';
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

const NOT_DIVIDED: ExportOutcome = { kind: 'failed', reason: 'no room to divide a file', mayRetry: false };

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
  let outcome = await send(new TextEncoder().encode(text));
  const count = spansOf(request);
  const isDivided =
    mayDivide && count > 1 && outcome.kind === 'refused' && !INDIVISIBLE.includes(outcome.status);
  const names = isDivided ? writeAll(path, dividedBodies(request)) : [];
  if (!names) outcome = NOT_DIVIDED;
  if (outcome.kind === 'failed') file.release();
  else file.remove();
  return { outcome, count, halves: names?.map(parseSpoolFile).filter((half) => half !== undefined) ?? [] };
}

/** Returns the bodies of a request's halves; none for a request that is nested too deeply to be written. */
function dividedBodies(request: Parameters<typeof halvesOf>[0]): readonly ExportBody[] {
  try {
    return halvesOf(request);
  } catch {
    return [];
  }
}

/** Writes all bodies into files, or none. Returns the names of the files; `undefined` if the disk has no room. */
function writeAll(path: string, bodies: readonly ExportBody[]): string[] | undefined {
  const names: string[] = [];
  try {
    for (const body of bodies) names.push(writeBody(path, body));
    return names;
  } catch {
    for (const name of names) removeFile(path, name);
    return undefined;
  }
}
