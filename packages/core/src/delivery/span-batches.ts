import type { Division } from './divided-export.ts';
import { groupsOf, halvesOf, packItems } from './pack-items.ts';

/** Span in a batch, with its size. */
export interface BatchedSpan {
  /** Size of the span in a request, in bytes. */
  readonly bytes: number;
  /** JSON around the spans of a request. Spans with different envelopes are in different requests. */
  readonly envelope: { readonly head: Uint8Array; readonly tail: Uint8Array };
}

/**
 * Returns how spans are divided: into batches of one envelope whose requests have at most 1 MB. A batch with a single
 * span may be longer.
 */
export function spanDivision<T extends BatchedSpan>(): Division<T[]> {
  return {
    batchesOf: (spans) =>
      groupsOf(spans, ({ envelope }) => envelope).flatMap(([{ head, tail }, group]) =>
        // A comma separates two spans.
        packItems(group, ({ bytes }) => bytes + 1, head.length + tail.length),
      ),
    halvesOf,
  };
}
