import { now } from '../record/connection.ts';

/** Shortest time between two log lines of one kind, in milliseconds. */
export const BETWEEN_LINES = 60_000;

/**
 * Makes a function that adds numbers and logs their sum, at most once a minute.
 * @param log called with the sum of the numbers since the last line
 * @returns a function that adds a number. With `isLast`, the sum is logged at once, unless the sum is 0
 */
export function limitLine(log: (sum: number) => void): (count: number, isLast?: boolean) => void {
  let sum = 0;
  let nextLine = Number.NEGATIVE_INFINITY;
  return (count, isLast) => {
    sum += count;
    const time = now();
    if (sum === 0 || (time < nextLine && !isLast)) return;
    log(sum);
    [sum, nextLine] = [0, time + BETWEEN_LINES];
  };
}
