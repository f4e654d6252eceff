import { promisify } from 'node:util';
import type { StartPause } from '../queue/queue-pause.ts';
import type { ExportOutcome } from './export-outcome.ts';
import type { ExportTarget } from './export-target.ts';
import { type Post, post } from './post.ts';
import type { RunningExports } from './running-exports.ts';

/** Sends the body of one export. Resolves to the outcome of the export, and never rejects. */
export type SendExport = (body: Uint8Array) => Promise<ExportOutcome>;

/** Largest number of requests for one export. */
const MOST_TRIES = 6;
/**
 * Time before the second request of an export, in milliseconds, if the receiver named no time. The time grows by half
 * with each further request.
 */
const FIRST_PAUSE = 1000;
/** Longest time that a timer accepts, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Makes a function that sends exports over HTTP. One deadline applies to the whole export. Before the deadline, an
 * export is sent again after a status that OTLP calls retryable, but not after a new connection has failed.
 */
export function createSendExport(
  { url, headers, createAgent, compression, timeoutMillis }: ExportTarget,
  startPause: StartPause,
  running: RunningExports,
): SendExport {
  let parts: Promise<Pick<Post, 'request' | 'agent'>> | undefined;

  async function load(): Promise<Pick<Post, 'request' | 'agent'>> {
    const { protocol } = new URL(url);
    const { request } = await (protocol === 'http:' ? import('node:http') : import('node:https'));
    return { request, agent: await createAgent(protocol) };
  }

  async function prepare(body: Uint8Array): Promise<Post> {
    parts ??= load();
    const shared = { ...(await parts), url, headers, body };
    if (compression !== 'gzip') return shared;
    const { gzip } = await import('node:zlib');
    return {
      ...shared,
      headers: { ...shared.headers, 'Content-Encoding': 'gzip' },
      body: await promisify(gzip)(body),
    };
  }

  async function send(body: Uint8Array, signal: AbortSignal): Promise<ExportOutcome> {
    const request = await prepare(body);
    for (let tries = 1; ; tries++) {
      const outcome = await post(request, startPause, signal);
      // The files of certificates may have been renewed: the next export reads them again.
      if (outcome.kind === 'failed' && url.startsWith('https:')) parts = undefined;
      if (outcome.kind !== 'failed' || !outcome.mayRetry || tries === MOST_TRIES) return outcome;
      const millis = outcome.retryAfter ?? FIRST_PAUSE * 1.5 ** (tries - 1) * (0.8 + 0.4 * Math.random());
      if (signal.aborted || millis >= timeoutMillis) return outcome;
      if (millis > 0) await pause(millis, signal);
      if (signal.aborted) return outcome;
    }
  }

  async function pause(millis: number, signal: AbortSignal): Promise<void> {
    const { over, end } = startPause(millis);
    signal.addEventListener('abort', end);
    await over;
    signal.removeEventListener('abort', end);
  }

  return async (body) => {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const forget = running.add(abort);
    const deadline = startPause(Math.min(timeoutMillis, LONGEST_TIMER));
    void deadline.over.then(abort);
    try {
      return await send(body, controller.signal);
    } catch (error) {
      parts = undefined;
      return { kind: 'failed', reason: String(error), mayRetry: false };
    } finally {
      forget();
      deadline.end();
    }
  };
}
