import { diag, NAME } from '@closespan/core/platform';
import { removeFile, type SpoolEntry } from './spool-directory.ts';

/** Largest size of all files of a spool together, in bytes: 32 MiB. */
export const MOST_BYTES = 33_554_432;
/** Largest number of files in a spool. */
export const MOST_FILES = 1024;
/** Largest size of a file that is read, in bytes: 4 MiB. */
export const LARGEST_FILE = 4_194_304;
/** Longest time for which a file is kept, in milliseconds: 7 days. */
const LONGEST_AGE = 604_800_000;

/**
 * Removes the files of a spool that are too old, and the oldest files until further files have room. Logs how many
 * closes were dropped.
 * @param files number of the further files
 * @param bytes size of the further files
 * @returns the files that are left
 */
export function trimSpool(path: string, entries: SpoolEntry[], files = 0, bytes = 0): SpoolEntry[] {
  const oldest = Date.now() - LONGEST_AGE;
  let size = entries.reduce((sum, entry) => sum + entry.size, bytes);
  let number = entries.length + files;
  let dropped = 0;
  const kept = entries.filter((entry) => {
    if (entry.time >= oldest && size <= MOST_BYTES && number <= MOST_FILES) return true;
    removeFile(path, entry.name);
    size -= entry.size;
    number--;
    dropped += entry.count;
    return false;
  });
  if (dropped > 0) diag.warn(`${NAME}: spool: ${dropped} closes dropped, too old or too many`);
  return kept;
}
