/** Span in a batch, with its size. */
export interface BatchedSpan {
  /** Size of the span in a request, in bytes. */
  readonly bytes: number;
  /** JSON around the spans of a request. Spans with different envelopes are in different requests. */
  readonly envelope: { readonly head: Uint8Array; readonly tail: Uint8Array };
}

/**
 * Largest body of a request with several spans, in bytes. The limit is below the default limit of the proxy `nginx` (1
 * MiB).
 */
const LONGEST_BODY = 1_000_000;

/** Splits spans into batches whose requests have at most 1 MB. A batch with a single span may be longer. */
export function batchesOf<T extends BatchedSpan>(spans: readonly T[]): T[][] {
  const batches: T[][] = [];
  let batch: T[] = [];
  let bytes = 0;
  for (const span of spans) {
    const { envelope } = span;
    // A comma separates two spans.
    bytes += span.bytes + 1;
    if (bytes > LONGEST_BODY || batch[0]?.envelope !== envelope) {
      batch = [];
      batches.push(batch);
      bytes = envelope.head.length + envelope.tail.length + span.bytes;
    }
    batch.push(span);
  }
  return batches;
}

/** Returns the two halves of a batch. */
export function halvesOf<T>(batch: readonly T[]): [T[], T[]] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}
