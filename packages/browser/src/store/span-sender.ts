import type { ReadableSpanLike } from './stored-spans.ts';

/** How a send ended. */
export type Sent =
  | { readonly outcome: 'delivered' }
  /** Sending it again would change nothing. */
  | { readonly outcome: 'refused' }
  /** `retryAfter`: milliseconds that the receiver asked for. */
  | { readonly outcome: 'failed'; readonly retryAfter?: number | undefined };

/** Sends spans, once. */
export interface SpanSender {
  /** Does not reject. */
  send(spans: readonly ReadableSpanLike[]): Promise<Sent>;
  /**
   * Sends the first of the spans in a request that survives the page, begun within this call.
   * @returns how many it took, and how that ended; `undefined`: it took none
   */
  sendLeaving(spans: readonly ReadableSpanLike[]): readonly [taken: number, sent: Promise<Sent> | undefined];
}

/** What a status of HTTP says; 4xx other than 408 and 429 would be the same again. */
export function sentOf(status: number, retryAfter?: number): Sent {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return final ? { outcome: 'refused' } : { outcome: 'failed', retryAfter };
}
