/** Milliseconds between two lines of one kind. */
export const BETWEEN_LINES = 60_000;

/**
 * Makes a function that logs a number, at most once a minute.
 * @param log called with the sum of the numbers since the last line
 * @returns a function that adds a number; 0 with `isLast` logs what was added within the last minute
 */
export function limitLine(log: (sum: number) => void): (count: number, isLast?: boolean) => void {
  let sum = 0;
  let nextLine = Number.NEGATIVE_INFINITY;
  return (count, isLast) => {
    sum += count;
    const time = performance.now();
    if (sum === 0 || (time < nextLine && !isLast)) return;
    log(sum);
    [sum, nextLine] = [0, time + BETWEEN_LINES];
  };
}
