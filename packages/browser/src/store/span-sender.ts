import type { ReadableSpanLike } from './stored-spans.ts';

/** The end of one send. */
export type Sent =
  /** The receiver took the spans. */
  | { readonly outcome: 'delivered' }
  /** The receiver will never take the spans. */
  | { readonly outcome: 'refused' }
  /** The spans may be sent again, `retryAfter` milliseconds later where the receiver asked for them. */
  | { readonly outcome: 'failed'; readonly retryAfter?: number | undefined };

/** Sends spans to one receiver, and never tries again by itself. */
export interface SpanSender {
  /** Resolves to how the send ended. Never rejects. */
  send(spans: readonly ReadableSpanLike[]): Promise<Sent>;
  /**
   * Sends the first spans, as many as fit, in a request that outlives the page and begins within this call.
   * @returns the number of spans that fitted, and the end of the send; `undefined` when none fitted
   */
  sendLeaving(spans: readonly ReadableSpanLike[]): readonly [taken: number, sent: Promise<Sent> | undefined];
}

/**
 * Reads an HTTP status as the end of a send: 2xx delivered, 4xx but for 408 and 429 refused, all others failed.
 * @param retryAfter milliseconds for which the receiver asked to wait
 */
export function sentOf(status: number, retryAfter?: number): Sent {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return final ? { outcome: 'refused' } : { outcome: 'failed', retryAfter };
}
