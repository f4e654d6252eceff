import type { Duration } from './durations.ts';

/** An alert as the generator knows it; durations are still names. */
export interface Alert {
  readonly name: string;
  readonly severity: 'critical' | 'warning';
  readonly expr: string;
  /** How long it must hold; absent: at once. */
  readonly for?: Duration;
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}
