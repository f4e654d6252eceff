import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportBody } from '@closespan/core/otlp';
import { diag, NAME } from '@closespan/core/platform';
import { listSpool, openSpool, PARTIAL, removeFile } from './spool-directory.ts';
import { newSpoolFile } from './spool-file.ts';
import { MOST_BYTES, MOST_FILES, trimSpool } from './spool-limits.ts';

/**
 * Writes the bodies of export requests into a spool, one file each, before the function returns. The newest bodies have
 * room first, then the newest files. Never throws: one line in the log says how many closes were lost, and why.
 * @param bodies bodies in the order of their closes
 */
export function writeSpool(path: string, bodies: readonly ExportBody[]): void {
  if (bodies.length === 0) return;
  const waiting = [...bodies];
  try {
    openSpool(path);
    const kept = newest(waiting);
    trimSpool(path, listSpool(path).entries, kept.length, sizeOf(kept));
    for (const body of kept) {
      writeBody(path, body);
      waiting.splice(waiting.indexOf(body), 1);
    }
    logLost(path, waiting, 'too many');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    logLost(path, waiting, code ?? message);
  }
}

/**
 * Writes one file. A reader sees the whole file or none, since the file gets its name last.
 * @returns the name of the file
 * @throws Error if the file cannot be written
 */
export function writeBody(path: string, { bytes, count }: ExportBody): string {
  const name = newSpoolFile(count);
  const temporary = name + PARTIAL;
  try {
    writeFileSync(join(path, temporary), bytes, { mode: 0o600, flag: 'wx' });
    renameSync(join(path, temporary), join(path, name));
    return name;
  } catch (error) {
    removeFile(path, temporary);
    throw error;
  }
}

/** Returns the last bodies that a spool has room for. */
function newest(bodies: readonly ExportBody[]): ExportBody[] {
  const kept = bodies.slice(-MOST_FILES);
  while (sizeOf(kept) > MOST_BYTES) kept.shift();
  return kept;
}

function sizeOf(bodies: readonly ExportBody[]): number {
  return bodies.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function logLost(path: string, bodies: readonly ExportBody[], reason: string): void {
  const lost = bodies.reduce((sum, { count }) => sum + count, 0);
  if (lost > 0) diag.error(`${NAME}: spool ${path.slice(0, 256)}: ${lost} closes lost: ${reason}`);
}
