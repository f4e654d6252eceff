/** Outcome of one export. */
export type ExportOutcome =
  /** The receiver accepted the export. `body` is the body of the response, or the part that arrived in time. */
  | { readonly kind: 'taken'; readonly body: Uint8Array }
  /** The export can never arrive. */
  | {
      readonly kind: 'refused';
      /** HTTP status with which the receiver refused the export. 0 if the export was never sent. */
      readonly status: number;
      /** Reason for the log, in words. */
      readonly reason: string;
    }
  /** The export did not arrive, but may arrive later. */
  | {
      readonly kind: 'failed';
      /** Reason for the log, in words. */
      readonly reason: string;
      /**
       * Time to wait before the next try, in milliseconds, if the receiver named a time (`Retry-After`, RFC 9110
       * §10.2.3).
       */
      readonly retryAfter?: number | undefined;
      /** Whether the export should be tried again before its deadline. */
      readonly mayRetry: boolean;
    };

/** HTTP statuses after which an export is tried again (OTLP specification, "Retryable Response Codes"). */
const RETRYABLE = [429, 502, 503, 504];

/** Returns the outcome of an export whose response had a status other than 2xx. */
export function outcomeOfStatus(status: number, retryAfter: string | undefined): ExportOutcome {
  if (!RETRYABLE.includes(status)) return { kind: 'refused', status, reason: `status ${status}` };
  return { kind: 'failed', reason: `status ${status}`, retryAfter: millisOf(retryAfter), mayRetry: true };
}

/**
 * Returns the time in `Retry-After` as milliseconds from now. The text is a number of seconds or a date (RFC 9110
 * §10.2.3). Returns `undefined` for any other text.
 */
function millisOf(retryAfter: string | undefined): number | undefined {
  if (!retryAfter) return undefined;
  const millis = /^\s*\d+\s*$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - Date.now();
  return Number.isNaN(millis) ? undefined : Math.max(0, millis);
}
