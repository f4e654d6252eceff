import type { ExportOutcome, SendExport } from '@closespan/core/otlp';
import { diag, NAME, type StartPause } from '@closespan/core/platform';
import { type ClaimedFile, claimFile } from './claimed-file.ts';
import { sendFile } from './send-file.ts';
import { listSpool, openSpool } from './spool-directory.ts';
import type { SpoolFile } from './spool-file.ts';
import { trimSpool } from './spool-limits.ts';

/** Sends the files of a spool that earlier processes have left. */
export interface SpoolSender {
  /** Resolves when every file was tried once. Files that did not arrive are tried again later. */
  readonly tried: Promise<void>;
  /** Stops before the next file. */
  stop(): void;
  /** Gives back the file whose export is on its way. Meant for a process that is about to end. */
  release(): void;
}

/** Time until files are tried again, in milliseconds. The time doubles with each failure. */
const FIRST_PAUSE = 5000;
/** Longest time until files are tried again, in milliseconds, if the collector names no longer time. */
const LONGEST_PAUSE = 30_000;
/** Longest time for which the collector can postpone the files (`Retry-After`), in milliseconds. */
const LONGEST_RETRY_AFTER = 300_000;
/** Number of refusals in a row after which requests are no longer divided, because the collector refuses everything. */
const MOST_REFUSALS = 64;

/** Starts to send the files of a spool, one after another, the oldest first. Nothing throws or rejects. */
export function sendSpool(path: string, send: SendExport, startPause: StartPause): SpoolSender {
  let current: ClaimedFile | undefined;
  let isStopped = false;
  let refusals = 0;
  const told = new Set<string>();

  /** Logs a line once, though the files are tried again and again. */
  function tell(line: string): void {
    if (told.has(line)) return;
    told.add(line);
    diag.warn(`${NAME}: spool: ${line}`);
  }

  /** Tries every file once. Resolves to the failure that ended the round, if one did. */
  async function tryAll(): Promise<Extract<ExportOutcome, { kind: 'failed' }> | undefined> {
    openSpool(path);
    const { entries, foreign } = listSpool(path);
    let [unreadable, refused, status] = [foreign, 0, 0];
    const files: SpoolFile[] = trimSpool(path, entries);
    let failure: Extract<ExportOutcome, { kind: 'failed' }> | undefined;
    for (let file = files.shift(); file && !isStopped && !failure; file = files.shift()) {
      current = claimFile(path, file, (code) => tell(`files stay and are not sent: ${code}`));
      if (!current) continue;
      const { outcome, count, halves } = await sendFile(path, current, send, refusals < MOST_REFUSALS);
      current = undefined;
      files.unshift(...halves);
      refusals = outcome?.kind === 'refused' ? refusals + 1 : 0;
      if (!outcome) unreadable++;
      if (outcome?.kind === 'failed') failure = outcome;
      if (outcome?.kind === 'refused' && halves.length === 0)
        [refused, status] = [refused + count, outcome.status];
    }
    if (unreadable > 0) tell(`${unreadable} files are no exports and were not sent`);
    if (refused > 0) diag.error(`${NAME}: spool: ${refused} closes refused: status ${status}`);
    return failure;
  }

  async function sendAll(noteTried: () => void): Promise<void> {
    try {
      for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
        const failure = await tryAll();
        if (!failure || isStopped) return;
        if (pause === FIRST_PAUSE) diag.warn(`${NAME}: spool not sent yet: ${failure.reason}`);
        noteTried();
        const asked = Math.min(failure.retryAfter ?? 0, LONGEST_RETRY_AFTER);
        await startPause(Math.max(pause * (0.8 + 0.4 * Math.random()), asked)).over;
        if (isStopped) return;
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      diag.warn(`${NAME}: spool ${path.slice(0, 256)} not used: ${code ?? message}`);
    } finally {
      noteTried();
    }
  }

  return {
    tried: new Promise((resolve) => void sendAll(resolve)),
    stop() {
      isStopped = true;
    },
    release() {
      isStopped = true;
      current?.release();
    },
  };
}
