import { type Clock, type Duration, promDuration } from './durations.ts';

/**
 * What a counter rose by, a first value included. `increase()` cannot see the first burst of a series that did not
 * exist before. A look back of 15 minutes keeps a counter that was away for a moment from counting as new.
 * @param series selects the counter
 * @param copyLabel tells copies of one counter, of which the highest is right; `undefined`: there are none
 */
export function increaseOf(
  series: string,
  window: Duration,
  clock: Clock,
  copyLabel: string | undefined,
): string {
  const [back, lookBack] = [window, '15m' as const].map((name) => promDuration(clock.seconds(name)));
  const highest = (text: string) => (copyLabel ? `max without (${copyLabel}) (${text})` : text);
  const now = highest(series);
  const before = highest(`last_over_time(${series}[${lookBack}] offset ${back})`);
  return `${now} - ${before} >= 0\n  or ${now}`;
}
