/** Times in equal steps. */
export interface TimeBuckets {
  /** Start of the first step, in epoch milliseconds. */
  readonly start: number;
  /** Length of a step in milliseconds. */
  readonly step: number;
  readonly count: number;
}

const MOST_BUCKETS = 48;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Lengths of a step that people read easily, in milliseconds. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR),
];

/** Returns the steps that cover a range of times, at least 30 of them and at most 48. */
export function timeBuckets(from: number, to: number): TimeBuckets {
  const range = Math.max(to - from, 0);
  const day = 24 * HOUR;
  const least = range / (MOST_BUCKETS - 1);
  const step = STEPS.find((length) => length >= least) ?? Math.ceil(least / day) * day;
  const end = Math.floor(to / step) + 1;
  const first = Math.min(Math.floor(from / step), end - 30);
  return { start: first * step, step, count: end - first };
}
