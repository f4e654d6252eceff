import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';
import { BETWEEN_LINES } from './limited-line.ts';

/** Logs failures of an action that may fail many times, without a line for each failure. */
export interface FailureLog {
  /** Counts a failure. Logs the first failure at once, and later the number of new failures, at most once a minute. */
  failed(reason: string): void;
  /** Notes a success. Logs a line if earlier failures were logged and this is the first success since then. */
  succeeded(): void;
  /** Counts items that are lost, because the receiver refuses them. Every line but that of a first failure has their number. */
  lost(count: number): void;
  /** Logs the number of lost items that no line has counted, if there are any. Meant for the end of all exports. */
  end(): void;
}

/**
 * Makes a log of repeated failures.
 * @param what subject of each line, such as `export of spans`
 */
export function createFailureLog(what: string): FailureLog {
  let unlogged = 0;
  let lost = 0;
  let isLogged = false;
  let nextLine = Number.NEGATIVE_INFINITY;

  /** Returns the number of lost items for a line. Empty if none are lost since the last call. */
  function takeLost(): string {
    const text = lost > 0 ? `, ${lost} lost` : '';
    lost = 0;
    return text;
  }

  return {
    failed(reason) {
      unlogged++;
      const time = performance.now();
      if (time < nextLine) return;
      const fails = unlogged === 1 && !isLogged ? 'fails' : `failed ${unlogged} times more${takeLost()}`;
      diag.error(`${NAME}: ${what} ${fails}: ${reason}`);
      [unlogged, isLogged, nextLine] = [0, true, time + BETWEEN_LINES];
    },
    succeeded() {
      if (!isLogged) return;
      diag.warn(`${NAME}: ${what} works again, after ${unlogged} more failures${takeLost()}`);
      [unlogged, isLogged] = [0, false];
    },
    lost(count) {
      lost += count;
    },
    end() {
      if (lost > 0) diag.error(`${NAME}: ${what} ends${takeLost()}`);
    },
  };
}
