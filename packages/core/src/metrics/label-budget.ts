import { now } from '../record/connection.ts';

/** Decides which values of one label are shown in metrics. Meant for labels with values that strangers choose. */
export interface LabelBudget {
  /** Counts a value, and returns whether the value is shown in metrics. */
  allows(value: string): boolean;
  /**
   * Returns whether a value is trusted: it was among the first ten values, or is at least a tenth of all recent values.
   */
  isTrusted(value: string): boolean;
}

/** State of a value that was counted. */
interface Seen {
  /** How often the value was counted. At the end of each period, this number is halved. */
  count: number;
  isShown: boolean;
  /** Whether the value is shown permanently, because it was among the first values. */
  isFirst: boolean;
}

/** Number of first values that are shown permanently. */
const FIRST_VALUES = 10;
/**
 * Number of values that may replace a shown value in one period. Each new value makes time series, which a metric store
 * keeps permanently.
 */
const REPLACEMENTS = 10;
/** Length of a period, in milliseconds. */
const PERIOD = 600_000;

/**
 * Makes a budget that limits the number of shown values. A hidden value is shown if it is counted more than twice as
 * often as the rarest shown value, which it replaces. So invented values do not replace frequent values.
 * @param places number of values that are shown at the same time
 */
export function createLabelBudget(places: number, time: () => number = now): LabelBudget {
  const values = new Map<string, Seen>();
  let shown = 0;
  let total = 0;
  let replacements = REPLACEMENTS;
  let periodEnd = time() + PERIOD;

  function startPeriod(): void {
    periodEnd = time() + PERIOD;
    replacements = REPLACEMENTS;
    total = 0;
    for (const [value, seen] of values) {
      seen.count = Math.floor(seen.count / 2);
      total += seen.count;
      if (!seen.isShown && seen.count === 0) values.delete(value);
    }
  }

  /**
   * Returns the value with the lowest count, either of the shown values or of the hidden values. The first values are
   * left out, because they are shown permanently.
   */
  function rarest(isShown: boolean): [value: string, seen: Seen] | undefined {
    let found: [string, Seen] | undefined;
    for (const entry of values) {
      const [, seen] = entry;
      if (seen.isShown !== isShown || seen.isFirst) continue;
      if (!found || seen.count < found[1].count) found = entry;
    }
    return found;
  }

  function add(value: string): Seen {
    if (values.size >= 4 * places) {
      const forgotten = rarest(false);
      if (forgotten) values.delete(forgotten[0]);
    }
    const seen = { count: 0, isShown: shown < places, isFirst: shown < FIRST_VALUES };
    if (seen.isShown) shown++;
    values.set(value, seen);
    return seen;
  }

  function replaceRarest(seen: Seen): void {
    const [, replaced] = (replacements > 0 && rarest(true)) || [];
    if (!replaced || seen.count <= 2 * replaced.count) return;
    replacements--;
    replaced.isShown = false;
    seen.isShown = true;
  }

  return {
    allows(value) {
      if (time() >= periodEnd) startPeriod();
      const seen = values.get(value) ?? add(value);
      seen.count++;
      total++;
      if (!seen.isShown) replaceRarest(seen);
      return seen.isShown;
    },
    isTrusted(value) {
      const seen = values.get(value);
      return seen !== undefined && (seen.isFirst || seen.count * 10 >= total);
    },
  };
}
