/** Spans that have ended and whose delivery is not settled yet, wherever in the pipeline they are. */
export interface TrackedSpans<T> {
  /**
   * Tracks a span.
   * @param passOn passes the span on to the exporter; called later, or never, while spans are held back
   */
  add(span: T, passOn: (span: T) => void): void;
  /** Stops tracking spans, because the spans arrived or were dropped. */
  settle(spans: readonly T[]): void;
  /** Returns the spans that `take` has not removed. Only these spans may still be exported. */
  withoutTaken(spans: readonly T[]): T[];
  /**
   * Holds later spans back instead of passing them on.
   * @param isHolding if `false`, passes on the spans that were held back
   */
  hold(isHolding: boolean): void;
  /** Removes and returns all tracked spans, in the order in which they ended. */
  take(): T[];
}

/**
 * Largest number of tracked spans. A batch processor drops spans without a word when its queue is full. Without this
 * limit, such spans would stay in memory.
 */
const MOST_TRACKED = 16_384;

/** Makes an empty set of tracked spans. */
export function createTrackedSpans<T extends object>(): TrackedSpans<T> {
  const spans = new Set<T>();
  const held = new Map<T, (span: T) => void>();
  const taken = new WeakSet<T>();
  let isHolding = false;

  return {
    add(span, passOn) {
      const [oldest] = spans;
      if (oldest && spans.size >= MOST_TRACKED) spans.delete(oldest);
      spans.add(span);
      if (isHolding) held.set(span, passOn);
      else passOn(span);
    },
    settle(some) {
      for (const span of some) spans.delete(span);
    },
    withoutTaken: (some) => some.filter((span) => !taken.has(span)),
    hold(isNowHolding) {
      isHolding = isNowHolding;
      if (isHolding) return;
      for (const [span, passOn] of held) passOn(span);
      held.clear();
    },
    take() {
      const all = [...spans];
      for (const span of all) taken.add(span);
      spans.clear();
      held.clear();
      return all;
    },
  };
}
