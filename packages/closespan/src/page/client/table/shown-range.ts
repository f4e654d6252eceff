/** Number of rows beyond the window's edge that are drawn, too, so that a fast scroll shows no gap. */
const SPARE = 8;

/**
 * Returns the places of the rows that are in sight, from `from` up to `to` without `to`. Works for whatever scrolls: the
 * window or an element around the rows.
 * @param body element that has the height of all rows
 */
export function shownRange(body: Element, rowHeight: number, count: number): { from: number; to: number } {
  const { top } = body.getBoundingClientRect();
  const first = Math.floor(-top / rowHeight);
  const inSight = Math.ceil(innerHeight / rowHeight);
  const from = Math.max(Math.min(first, count) - SPARE, 0);
  return { from, to: Math.min(Math.max(first + inSight, 0) + SPARE, count) };
}
