import { now } from '@closespan/browser/recording';
import type { HrTime, TimeInput } from '@opentelemetry/api';

/** Returns a time as seconds and nanoseconds since the epoch, from milliseconds since the epoch. */
export function hrTimeOf(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}

/**
 * Returns a time of the app as seconds and nanoseconds since the epoch. A number up to the page's age in milliseconds is
 * a time of `performance.now()`, as in OpenTelemetry's SDK.
 */
export function hrTime(time: TimeInput): HrTime {
  if (Array.isArray(time)) return time;
  const value = Number(time);
  return hrTimeOf(value <= now() ? Date.now() - now() + value : value);
}
