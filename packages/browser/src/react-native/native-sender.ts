import { diag, NAME } from '@closespan/browser/recording';
import { serializeOtlpJson } from '../pipeline/otlp-json.ts';
import { retryAfterOf } from '../pipeline/otlp-sender.ts';
import { inTime } from '../store/in-time.ts';
import { type Sent, type SpanSender, sentOf } from '../store/span-sender.ts';
import type { StoredSpan } from '../store/stored-spans.ts';

const TIMEOUT_MILLIS = 10_000;

/**
 * Makes a sender that sends spans as OTLP/JSON with `fetch`. React Native's `fetch` is made of `XMLHttpRequest`: it knows
 * no request that outlives the app, so spans that an app leaves behind stay in the store.
 * @param url full URL of the receiver for spans
 * @param headers headers that are added to each request
 * @param fetchAtLoad the app's `fetch` when closespan was loaded. @defaultValue the present `fetch`
 */
export function createNativeSender(
  url: string,
  headers: Readonly<Record<string, string>> | undefined,
  fetchAtLoad: typeof fetch | undefined,
): SpanSender {
  async function post(body: string): Promise<Sent> {
    try {
      // An app's `fetch` may never settle.
      const response = await inTime(
        (fetchAtLoad ?? fetch)(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          // A text: older engines have no `TextEncoder`.
          body,
          // No cookies of the app.
          credentials: 'omit',
        }),
        TIMEOUT_MILLIS,
      );
      const sent = sentOf(response.status, retryAfterOf(response));
      if (sent.outcome !== 'delivered') diag.warn(`${NAME}: ${url} responded with ${response.status}`);
      return sent;
    } catch (error) {
      diag.warn(`${NAME}: ${url} not reached: ${error}`);
      return { outcome: 'failed' };
    }
  }

  return {
    timeout: TIMEOUT_MILLIS,
    async send(spans) {
      const body = serialize(spans) ?? serialize(spans.filter((span) => serialize([span]) !== undefined));
      return body === undefined ? { outcome: 'refused' } : post(body);
    },
    sendLeaving: () => [0, undefined],
  };
}

/** Returns spans as JSON. Returns `undefined` for no spans, and for spans that JSON or OTLP cannot represent. */
function serialize(spans: readonly StoredSpan[]): string | undefined {
  try {
    return spans.length > 0 ? serializeOtlpJson(spans) : undefined;
  } catch (error) {
    diag.error(`${NAME}: spans cannot be serialized`, error);
    return undefined;
  }
}
