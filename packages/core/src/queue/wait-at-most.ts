import type { StartPause } from './queue-pause.ts';

/** Time limit of a flush or a shutdown. */
export interface TimeLimit {
  /**
   * Time limit in milliseconds: a number from 0 to 2147483647. Any other value is logged with `diag.warn`, and the
   * default limit applies.
   */
  readonly timeout?: number | undefined;
}

/**
 * Resolves when the work is done or the time limit has passed. The result says whether the work was done. With a time
 * limit, the process is kept alive until then.
 * @param millis time limit in milliseconds; `undefined` for no limit
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

/** Returns whether a value is a number of milliseconds that a timer accepts: 0 to 2147483647. */
export function isMillis(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 0x7fff_ffff;
}
