import { guard } from '../guard.ts';
import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';
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

/**
 * Returns the milliseconds of a time limit, or `undefined` for no limit. The argument may be any value: for example an
 * event, if the app uses a method of the handle as a listener.
 */
export function millisOf(limit: TimeLimit | undefined): number | undefined {
  const timeout: unknown = guard('timeout', () => limit?.timeout);
  if (timeout === undefined || isMillis(timeout)) return timeout;
  diag.warn(`${NAME}: timeout ignored, it is no number of milliseconds`);
  return undefined;
}
