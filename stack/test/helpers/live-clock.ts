import type { Clock, Duration } from '../../rules/durations.ts';

const SECONDS: Readonly<Record<Duration, number>> = {
  '2m': 2,
  '3m': 2,
  '5m': 4,
  '10m': 4,
  '15m': 5,
  '30m': 6,
  '1h': 10,
  '2h': 12,
  '3h': 12,
  '6h': 15,
  '1d': 25,
  '3d': 30,
};

/** A day in 25 seconds: the same rules, in the same order of windows, on data as it comes. */
export const LIVE_CLOCK: Clock = { interval: 0.5, seconds: (duration) => SECONDS[duration] };
