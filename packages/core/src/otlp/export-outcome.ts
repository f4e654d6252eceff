/** Tells what became of one export. */
export type ExportOutcome =
  /** The receiver took the export; `body` is the response's body, as far as it came in time. */
  | { readonly kind: 'taken'; readonly body: Uint8Array }
  /** The export can never arrive. */
  | {
      readonly kind: 'refused';
      /** HTTP status with which the receiver refused the export; 0 where the export was never sent. */
      readonly status: number;
      /** Words for the log. */
      readonly reason: string;
    }
  /** The export did not arrive, and may arrive later. */
  | {
      readonly kind: 'failed';
      /** Words for the log. */
      readonly reason: string;
      /** Milliseconds to wait before another try, where the receiver named a time (`Retry-After`, RFC 9110 §10.2.3). */
      readonly retryAfter?: number | undefined;
      /** Whether another try makes sense within the same export. */
      readonly mayRetry: boolean;
    };

/** The statuses at which the sender tries again (OTLP specification, "Retryable Response Codes"). */
const RETRYABLE = [429, 502, 503, 504];

/** Returns the outcome that a status other than 2xx tells of. */
export function outcomeOfStatus(status: number, retryAfter: string | undefined): ExportOutcome {
  if (!RETRYABLE.includes(status)) return { kind: 'refused', status, reason: `status ${status}` };
  return { kind: 'failed', reason: `status ${status}`, retryAfter: millisOf(retryAfter), mayRetry: true };
}

/** Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or a date. Returns `undefined` for anything else. */
function millisOf(retryAfter: string | undefined): number | undefined {
  if (!retryAfter) return undefined;
  const millis = /^\s*\d+\s*$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(millis) ? undefined : Math.max(0, millis);
}
