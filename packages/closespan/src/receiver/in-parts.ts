import { setImmediate as nextTurn } from 'node:timers/promises';

/** Number of items after which other work of the process has its turn. */
const PART = 500;

/** Passes items on in parts. Between two parts, the process does its other work, such as to end on a signal. */
export async function inParts<T>(items: Iterable<T>, use: (part: readonly T[]) => void): Promise<void> {
  let part: T[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < PART) continue;
    use(part);
    part = [];
    await nextTurn();
  }
  if (part.length > 0) use(part);
}
