import { now } from '@closespan/core/platform';

/**
 * Returns the time of an opening, in monotonic milliseconds. An app's fake of `performance.now` may return `undefined`,
 * which would stand for a connection that never opened. The result is then NaN.
 */
export function openingTime(): number {
  return Number(now());
}
