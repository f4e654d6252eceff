import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/**
 * Starts asynchronous steps together and waits for all of them. An error of a step is logged with `diag.error` and not
 * thrown.
 */
export async function logFailures(
  what: string,
  ...steps: (() => Promise<void> | undefined)[]
): Promise<void> {
  await Promise.all(
    steps.map(async (step) => {
      try {
        await step();
      } catch (error) {
        diag.error(`${NAME}: ${what} failed`, error);
      }
    }),
  );
}
