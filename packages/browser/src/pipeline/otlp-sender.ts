import { diag, NAME } from '@closespan/browser/recording';
import { inTime } from '../store/in-time.ts';
import { type Sent, type SpanSender, sentOf } from '../store/span-sender.ts';
import type { StoredSpan } from '../store/stored-spans.ts';
import { timeoutSignal } from '../store/timeout-signal.ts';
import { serializeOtlpJson } from './otlp-json.ts';

/** An encoding of OTLP/HTTP requests. */
export interface OtlpFormat {
  /** Value of the header `content-type`. */
  readonly contentType: string;
  /** Returns the body of a request that contains the spans. */
  serialize(spans: readonly StoredSpan[]): OtlpBody;
}

/** Body of a request. A scope without `TextEncoder` leaves it to `fetch` to encode a text. */
type OtlpBody = Uint8Array<ArrayBuffer> | string;

/** Encodes OTLP requests as JSON. */
export const JSON_FORMAT: OtlpFormat = {
  contentType: 'application/json',
  serialize(spans) {
    const text = serializeOtlpJson(spans);
    try {
      return new TextEncoder().encode(text);
    } catch {
      return text;
    }
  },
};

/** Options of an OTLP sender. */
export interface OtlpSenderOptions {
  /** Full URL of the receiver for spans, such as `https://otlp.example.com/v1/traces`. */
  readonly url: string;
  /** Headers that are added to each request. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly format: OtlpFormat;
  /**
   * Compresses request bodies larger than 1 KiB. If absent, or if the result is `undefined`, bodies are sent as they are.
   */
  readonly gzip: ((body: OtlpBody) => Promise<ArrayBuffer | undefined>) | undefined;
}

/**
 * Most bytes in all unfinished requests that outlive the page. Browsers allow 64 KiB to all `keepalive` requests of a
 * page together, headers included (Fetch § HTTP-network-or-cache fetch).
 */
const LEAVING_BYTES = 60 * 1024;
/** Largest body that is not compressed, in bytes. Headers are most of such a small request. */
const GZIP_BYTES = 1024;
const TIMEOUT_MILLIS = 10_000;

type MaybeWrapped = typeof fetch & { __original?: typeof fetch };

/**
 * Makes a sender that sends spans in OTLP requests with `fetch`.
 * @param fetchAtLoad the scope's `fetch` when closespan was loaded. @defaultValue the present `fetch`
 */
export function createOtlpSender(
  { url, headers, format, gzip }: OtlpSenderOptions,
  fetchAtLoad?: MaybeWrapped,
): SpanSender {
  let leavingBytes = 0;

  async function post(body: OtlpBody, keepalive: boolean): Promise<Sent> {
    try {
      // An app's `fetch` may never settle, and may leave the signal alone.
      const response = await inTime(request(body, keepalive), TIMEOUT_MILLIS);
      const sent = sentOf(response.status, retryAfterOf(response));
      if (sent.outcome !== 'delivered') diag.warn(`${NAME}: ${url} responded with ${response.status}`);
      return sent;
    } catch (error) {
      // Not the error itself: its stack holds the query of a worker's address.
      diag.warn(`${NAME}: ${url} not reached: ${error}`);
      return { outcome: 'failed' };
    }
  }

  function canSerialize(span: StoredSpan): boolean {
    try {
      return format.serialize([span]).length > 0;
    } catch {
      return false;
    }
  }

  async function request(body: OtlpBody, keepalive: boolean): Promise<Response> {
    const zipped = gzip && !keepalive && body.length > GZIP_BYTES ? await gzip(body) : undefined;
    // Telemetry that is loaded later wraps `fetch`, and would report each export as a request of the app.
    const fetch: MaybeWrapped = fetchAtLoad ?? globalThis.fetch;
    return (fetch?.__original ?? fetch)(url, {
      // Somebody may have added a `mode` or a `cache` to `Object.prototype`.
      __proto__: null,
      method: 'POST',
      headers: {
        ...headers,
        'content-type': format.contentType,
        ...(zipped && { 'content-encoding': 'gzip' }),
      },
      body: zipped ?? body,
      keepalive,
      // No cookies to a receiver on another origin.
      credentials: 'same-origin',
      // Of the page's address only the origin: path and query may hold secrets.
      referrerPolicy: 'strict-origin',
      signal: timeoutSignal(TIMEOUT_MILLIS),
    } as RequestInit);
  }

  return {
    timeout: TIMEOUT_MILLIS,
    async send(spans) {
      let body: OtlpBody;
      try {
        body = format.serialize(spans);
      } catch (error) {
        diag.error(`${NAME}: spans cannot be serialized`, error);
        // A stored row may be of another script, or of another version. The other rows are not lost with it.
        const rest = spans.filter(canSerialize);
        if (rest.length === 0) return { outcome: 'refused' };
        body = format.serialize(rest);
      }
      return post(body, false);
    },
    sendLeaving(spans) {
      let taken = spans.length;
      let body = format.serialize(spans);
      const budget = LEAVING_BYTES - leavingBytes;
      while (body.length > budget) {
        // By the mean size of a span, less 5 %, so that a third try is seldom needed.
        taken = Math.min(taken - 1, Math.floor((taken * budget * 0.95) / body.length));
        if (taken <= 0) return [0, undefined];
        body = format.serialize(spans.slice(0, taken));
      }
      leavingBytes += body.length;
      const sent = post(body, true).then((result) => {
        leavingBytes -= body.length;
        return result;
      });
      return [taken, sent];
    },
  };
}

/**
 * Returns the value of the header `Retry-After` in milliseconds (RFC 9110 §10.2.3). Returns `undefined` if the header
 * is missing or invalid, if its time is over, or if CORS hides the header.
 */
export function retryAfterOf({ headers }: Response): number | undefined {
  const value = headers?.get('retry-after') ?? '';
  const millis = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return millis > 0 ? millis : undefined;
}
