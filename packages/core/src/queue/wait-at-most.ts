import type { StartPause } from './queue-pause.ts';

/** Limits the time of a flush or a shutdown. */
export interface TimeLimit {
  /** Milliseconds from 0 to 2147483647. Another value costs one `diag.warn`, and the default holds. */
  readonly timeout?: number | undefined;
}

/**
 * Resolves as soon as work is done or its time is up, to whether the work was done. The process is kept alive until then.
 * @param millis absent: no limit
 */
export async function waitAtMost(
  work: Promise<unknown>,
  millis: number | undefined,
  startPause: StartPause,
): Promise<boolean> {
  const done = work.then(() => true);
  if (millis === undefined) return done;
  const { over, end } = startPause(millis, true);
  const inTime = await Promise.race([done, over.then(() => false)]);
  end();
  return inTime;
}

/** Returns whether a value is a number of milliseconds that a timer can wait for. */
export function isMillis(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 0x7fff_ffff;
}
