import type { CloseStore } from '../closes/close-store.ts';
import type { ReceivedClose, ReceivedOutage } from '../closes/received-close.ts';

/** Close or outage of a store. Both have their numbers from one sequence. */
export type NumberedEntry = ReceivedClose | ReceivedOutage;

/** Returns whether an entry is a close. An outage has no explanation. */
export function isClose(entry: NumberedEntry): entry is ReceivedClose {
  return 'explanation' in entry;
}

/**
 * Returns the closes and outages that arrived after a number, in the order of arrival, at most `limit` of them. Entries
 * that the store has forgotten are absent.
 */
export function entriesAfter(store: CloseStore, number: number, limit: number): NumberedEntry[] {
  const closes = laterThan(store.closes, number, limit);
  const outages = laterThan(store.outages, number, limit);
  return [...closes, ...outages].sort((a, b) => a.number - b.number).slice(0, limit);
}

/** Returns the entries of a list that arrived after a number. Finds the first by halves, since a store may keep many. */
export function laterThan<T extends NumberedEntry>(
  entries: readonly T[],
  number: number,
  limit: number,
): T[] {
  let from = 0;
  let to = entries.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((entries[middle]?.number ?? 0) > number) to = middle;
    else from = middle + 1;
  }
  return entries.slice(from, from + limit);
}
