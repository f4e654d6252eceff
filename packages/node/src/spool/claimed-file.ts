import { constants, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isOwn, removeFile } from './spool-directory.ts';
import { claimedName, isStanding, type SpoolFile } from './spool-file.ts';
import { LARGEST_FILE } from './spool-limits.ts';

/** File of a spool that this process alone may send. */
export interface ClaimedFile {
  /** Resolves to the text of the file. `undefined` if the file is too large or cannot be read. */
  read(): Promise<string | undefined>;
  /** Removes the file, because it was sent or can never be sent. */
  remove(): void;
  /** Gives the file back, so that this process or another one sends the file later. */
  release(): void;
}

/**
 * Claims a file: gives the file a name that says which process sends it. Of several processes only one can rename a
 * file, so no file has two senders.
 * @param failed called with the code of the error if the system refuses, as on a file system that is read-only
 * @returns `undefined` if another process has the file
 */
export function claimFile(
  path: string,
  { base, name, claim }: SpoolFile,
  failed: (code: string) => void,
): ClaimedFile | undefined {
  if (claim && isStanding(claim)) return undefined;
  const claimed = claimedName(base);
  if (!rename(name, claimed)) return undefined;

  function rename(from: string, to: string): boolean {
    try {
      renameSync(join(path, from), join(path, to));
      return true;
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      // Another process was faster.
      if (code !== 'ENOENT') failed(code);
      return false;
    }
  }

  return {
    read: () => readOwnFile(join(path, claimed)),
    remove: () => removeFile(path, claimed),
    release: () => void rename(claimed, base),
  };
}

/** Reads a regular file of this process's user. A symbolic link is not followed, and a pipe does not block. */
async function readOwnFile(file: string): Promise<string | undefined> {
  // Windows has neither flag.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  try {
    const stats = await handle?.stat();
    if (!handle || !stats?.isFile() || !isOwn(stats) || stats.size > LARGEST_FILE) return undefined;
    return await handle.readFile('utf8');
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}
