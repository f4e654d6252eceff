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

/**
 * Returns the outcome of an export whose response had a status other than 2xx. A redirect is not followed, since its
 * target would receive the telemetry. The redirect may be gone at the next try.
 */
export function outcomeOfStatus(status: number, retryAfter: string | undefined): ExportOutcome {
  const reason = `status ${status}`;
  if (RETRYABLE.includes(status))
    return { kind: 'failed', reason, retryAfter: retryAfterMillis(retryAfter), mayRetry: true };
  return status < 400 ? { kind: 'failed', reason, mayRetry: false } : { kind: 'refused', status, reason };
}

/**
 * Returns the time in `Retry-After` as milliseconds from now. The text is a number of seconds or a date (RFC 9110
 * §10.2.3). Returns `undefined` for any other text, and for a time that is over.
 */
function retryAfterMillis(text = ''): number | undefined {
  const isDate = /^\s*[A-Z][a-z]+,? .*\d:\d\d:\d/.test(text);
  const millis = isDate ? Date.parse(text) - Date.now() : /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : 0;
  return millis > 0 ? millis : undefined;
}
