import { now } from '../record/connection.ts';

/** Decides which values of one label are shown, where strangers choose the values. */
export interface LabelBudget {
  /** Counts a value, and returns whether the value is shown. */
  allows(value: string): boolean;
  /** Returns whether a value was among the first ten, or is at least a tenth of all values of late. */
  isTrusted(value: string): boolean;
}

/** A value that was seen. */
interface Seen {
  /** How often the value was seen, where half of a period counts half in the next one. */
  count: number;
  isShown: boolean;
  /** Whether the value keeps its place for good. */
  isFirst: boolean;
}

/** Number of first values that keep their places for good. */
const FIRST_VALUES = 10;
/** Number of values that may take another's place in one period. Each makes series that a metric store keeps for good. */
const REPLACEMENTS = 10;
/** Milliseconds of a period. */
const PERIOD = 600_000;

/**
 * Makes a budget of values. A value without a place gets one when it was seen more than twice as often as the rarest
 * value that has one. So a stranger who invents values does not push out what is often seen.
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

  /** Returns the value that was seen the least, of those that have a place and may lose it, or of those without. */
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
