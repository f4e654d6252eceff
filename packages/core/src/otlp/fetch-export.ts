import { type ExportOutcome, outcomeOfStatus } from './export-outcome.ts';
import { readBody } from './read-body.ts';
import type { SendExport } from './send-export.ts';
import { startTimeLimit, type TimeLimit } from './time-limit.ts';

type MaybeWrapped = typeof fetch & { __original?: typeof fetch };

/** Largest body of a request that outlives the page, in bytes. Browsers allow 64 KiB to all such requests together. */
const LEAVING_BYTES = 60 * 1024;
/** Time for one export with all its tries, in milliseconds. */
const TIMEOUT_MILLIS = 10_000;
/** Longest time for the body of a response after its status, in milliseconds. */
const BODY_MILLIS = 1000;
/** Time before the second request of an export, in milliseconds. The time grows by half with each further request. */
const FIRST_PAUSE = 1000;

/**
 * Makes a function that sends exports of a page with `fetch`. Before its deadline, an export is sent again after a
 * status that OTLP calls retryable, and after an error of the network. The deadline holds for a `fetch` that never
 * settles, too. The receiver learns the page's origin, but neither path nor query.
 * @param fetchAtLoad the scope's `fetch` when closespan was loaded. @defaultValue the present `fetch`
 */
export function createFetchExport(
  url: string,
  headers: Readonly<Record<string, string>>,
  fetchAtLoad?: MaybeWrapped,
): SendExport {
  async function request(
    body: Uint8Array<ArrayBuffer>,
    { signal }: TimeLimit,
    keepalive: boolean,
  ): Promise<Response> {
    // Telemetry that is loaded later wraps `fetch`, and would report each export as a request of the app.
    const fetch: MaybeWrapped = fetchAtLoad ?? globalThis.fetch;
    return (fetch.__original ?? fetch)(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      keepalive,
      // The page's path and query may hold secrets.
      referrerPolicy: 'strict-origin',
      ...(signal && { signal }),
    });
  }

  async function post(...[body, limit, keepalive]: Parameters<typeof request>): Promise<ExportOutcome> {
    try {
      const response = await Promise.race([request(body, limit, keepalive), limit.over]);
      if (response.ok) return { kind: 'taken', body: await readBody(response, startTimeLimit(BODY_MILLIS)) };
      return outcomeOfStatus(response.status, response.headers.get('retry-after') ?? undefined);
    } catch (error) {
      return { kind: 'failed', reason: String(error), mayRetry: true };
    }
  }

  return async (data) => {
    const body = data as Uint8Array<ArrayBuffer>;
    const end = Date.now() + TIMEOUT_MILLIS;
    const limit = startTimeLimit(TIMEOUT_MILLIS);
    let isOver = false;
    limit.over.catch(() => {
      isOver = true;
    });
    let outcome = await post(body, limit, body.length < LEAVING_BYTES);
    for (let pause = FIRST_PAUSE; !isOver && outcome.kind === 'failed' && outcome.mayRetry; pause *= 1.5) {
      const millis = outcome.retryAfter ?? pause * (0.8 + 0.4 * Math.random());
      if (Date.now() + millis >= end) break;
      await startTimeLimit(millis).over.catch(() => {});
      // Too many bytes in requests that outlive the page are an error of the network, too.
      outcome = await post(body, limit, false);
    }
    return outcome;
  };
}
