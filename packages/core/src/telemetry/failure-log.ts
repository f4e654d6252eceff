import { diag } from '@opentelemetry/api';
import { NAME } from '../version.ts';
import { BETWEEN_LINES } from './limited-line.ts';

/** Logs what may fail again and again, without a line for each time. */
export interface FailureLog {
  /** Notes a failure: logs the first one, and then the number of failures, at most once a minute. */
  failed(reason: string): void;
  /** Notes a success: logs the first one after failures that were logged. */
  succeeded(): void;
}

/**
 * Makes a log.
 * @param what subject of each line, such as `export of spans`
 */
export function createFailureLog(what: string): FailureLog {
  let unlogged = 0;
  let isLogged = false;
  let nextLine = Number.NEGATIVE_INFINITY;
  return {
    failed(reason) {
      unlogged++;
      const time = performance.now();
      if (time < nextLine) return;
      const fails = unlogged === 1 && !isLogged ? 'fails' : `failed ${unlogged} times more`;
      diag.error(`${NAME}: ${what} ${fails}: ${reason}`);
      [unlogged, isLogged, nextLine] = [0, true, time + BETWEEN_LINES];
    },
    succeeded() {
      if (!isLogged) return;
      diag.warn(`${NAME}: ${what} works again, after ${unlogged} more failures`);
      [unlogged, isLogged] = [0, false];
    },
  };
}
