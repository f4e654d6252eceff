import type { StoredSpan } from './stored-spans.ts';

/** Result of one send. */
export type Sent =
  /** The receiver accepted the spans. */
  | { readonly outcome: 'delivered' }
  /** The receiver refused the spans. A later send of the spans is of no use. */
  | { readonly outcome: 'refused' }
  /**
   * The spans were not accepted, but may be sent again. `retryAfter` is the wait in milliseconds that the receiver
   * asked for.
   */
  | { readonly outcome: 'failed'; readonly retryAfter?: number | undefined };

/** Sends spans to one receiver. A failed send is not repeated. */
export interface SpanSender {
  /** Longest time of one send, in milliseconds. */
  readonly timeout: number;
  /** Sends spans. Resolves to the result of the send. Never rejects. */
  send(spans: readonly StoredSpan[]): Promise<Sent>;
  /**
   * Sends the first spans, as many as fit, in a request that outlives the page. The request begins before the function
   * returns.
   * @returns the number of spans that fitted, and the result of the send; `undefined` in its place if no span fitted
   */
  sendLeaving(spans: readonly StoredSpan[]): readonly [taken: number, sent: Promise<Sent> | undefined];
}

/**
 * Returns the result of a send by the HTTP status. 2xx is `delivered`, 4xx except 408 and 429 is `refused`, every other
 * status is `failed`.
 * @param retryAfter wait in milliseconds that the receiver asked for
 */
export function sentOf(status: number, retryAfter?: number): Sent {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const final = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return final ? { outcome: 'refused' } : { outcome: 'failed', retryAfter };
}
