import { existsSync, lstatSync, mkdirSync, opendirSync, rmSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseSpoolFile, type SpoolFile } from './spool-file.ts';

/** File in a spool, with the facts that its limits need. */
export interface SpoolEntry extends SpoolFile {
  /** Size of the file, in bytes. */
  readonly size: number;
  /** Time at which the file was written, in epoch milliseconds. */
  readonly time: number;
}

/** Content of a spool. */
export interface SpoolList {
  /** Files that this process may send, the oldest first. */
  readonly entries: SpoolEntry[];
  /** Number of links, directories and files of other users that have a name of closespan's form. */
  readonly foreign: number;
}

/** End of the name of a file that is being written. */
export const PARTIAL = '.tmp';
/** Time after which a file that is not fully written counts as abandoned, in milliseconds. */
const LONGEST_WRITE = 3_600_000;
/** Largest number of names that are read of a directory, of which most may be those of other programs. */
const MOST_NAMES = 200_000;
/** Largest number of names of closespan's form that are read of a directory. */
const MOST_OWN_NAMES = 10_000;
/** Beginning of the names that closespan gives to files. */
const PREFIX = 'closespan-';
/** Permission of the group or of others to write. */
const WRITABLE_BY_OTHERS = 0o022;
/** Working directory at the start, since an app may change it. */
const START = workingDirectory();

/** Returns the absolute path of a spool. A relative path starts at the working directory of the process's start. */
export function spoolPath(path: string): string {
  return resolve(START, path);
}

/**
 * Makes sure that a spool is a directory that only its owner may change. Creates a missing directory with mode 0700.
 * @throws Error that says why the directory is not used
 */
export function openSpool(path: string): void {
  makeDirectory(path);
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw new Error('no directory');
  if (!isOwn(stats)) throw new Error('owned by another user');
  if (process.platform !== 'win32' && stats.mode & WRITABLE_BY_OTHERS) {
    throw new Error('others may write there, mode 700 is needed');
  }
}

/** Lists the files of a spool. Symbolic links, directories and files of other users are left out. */
export function listSpool(path: string): SpoolList {
  const entries: SpoolEntry[] = [];
  let foreign = 0;
  for (const name of namesIn(path)) {
    const file = parseSpoolFile(name);
    if (!file) {
      if (name.endsWith(PARTIAL)) removeOldPart(path, name);
      continue;
    }
    const stats = lstatSync(join(path, name), { throwIfNoEntry: false });
    if (!stats) continue;
    if (stats.isFile() && isOwn(stats)) entries.push({ ...file, size: stats.size, time: stats.mtimeMs });
    else foreign++;
  }
  return { entries: entries.sort((a, b) => a.time - b.time), foreign };
}

/** Removes a file of a spool. Does nothing if the file is gone. */
export function removeFile(path: string, name: string): void {
  rmSync(join(path, name), { force: true });
}

/** Removes a file that a process began to write more than an hour ago, and did not finish. */
function removeOldPart(path: string, name: string): void {
  const file = join(path, name);
  const stats = parseSpoolFile(name.slice(0, -PARTIAL.length)) && lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() && isOwn(stats) && Date.now() - stats.mtimeMs > LONGEST_WRITE) removeFile(path, name);
}

/** Returns whether this process's user owns a file. On Windows files have no such owner. */
export function isOwn({ uid }: Pick<Stats, 'uid'>): boolean {
  return process.platform === 'win32' || uid === process.geteuid?.();
}

/** Creates a missing directory and its missing parents. */
function makeDirectory(path: string): void {
  // Not with `recursive`, which never returns for a path in `/proc`.
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeDirectory(parent);
    mkdirSync(path, { mode: 0o700 });
  }
}

/**
 * Returns the names in a directory that begin as closespan's names do.
 * @throws Error if the directory has too many names. Files that are not found could not be sent, and would have no limit
 */
function namesIn(path: string): string[] {
  const names: string[] = [];
  const directory = opendirSync(path);
  try {
    let read = 0;
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) {
      if (++read > MOST_NAMES) throw new Error(`more than ${MOST_NAMES} files`);
      if (entry.name.startsWith(PREFIX)) names.push(entry.name);
      if (names.length === MOST_OWN_NAMES) break;
    }
  } finally {
    directory.closeSync();
  }
  return names;
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // The directory was removed.
    return '/';
  }
}
