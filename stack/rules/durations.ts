/** A duration that a rule uses, as it is in production. */
export type Duration = '2m' | '3m' | '5m' | '10m' | '15m' | '30m' | '1h' | '2h' | '3h' | '6h' | '1d' | '3d';

/** How long each duration is for the rules that are made, in seconds. */
export interface Clock {
  /** Between two evaluations. */
  readonly interval: number;
  seconds(duration: Duration): number;
}

const UNITS = { m: 60, h: 3600, d: 86_400 };

/** The clock of the rules that users get. */
export const REAL_CLOCK: Clock = {
  interval: 30,
  seconds: (duration) => Number.parseInt(duration, 10) * UNITS[duration.slice(-1) as keyof typeof UNITS],
};

/** Seconds as PromQL spells them. @example '5m' @example '1500ms' */
export function promDuration(seconds: number): string {
  for (const [unit, size] of Object.entries(UNITS).reverse()) {
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}
