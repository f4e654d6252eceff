import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloseStore } from '../closes/close-store.ts';
import { entriesAfter, isClose, type NumberedEntry } from './numbered-entries.ts';

/** Number of pages that may follow a store at once. */
const MOST_READERS = 32;
/** Number of closes and outages in one event. */
const CHUNK = 200;
/** Milliseconds between two events, within which changes become one event. */
const PACE = 100;
/** Milliseconds after which a page connects again that has lost the stream. */
const RETRY = 1000;
/** Milliseconds after which a reader that takes nothing is dropped, and between two signs of life. */
const PATIENCE = 15_000;

/**
 * Creates a handler that sends a store as server-sent events (WHATWG HTML § Server-sent events): the entries so far in
 * chunks, then each change. Nothing is buffered for a reader: a slow reader gets later what the store still has. A
 * reader that comes back with its last event id continues there, without doubles.
 */
export function createEventStream(
  store: CloseStore,
): (request: IncomingMessage, response: ServerResponse) => void {
  // Numbers begin anew with each process. A page must not take them for those of an earlier process.
  const run = randomUUID().slice(0, 8);
  const readers = new Set<() => void>();
  store.onEvent(() => {
    for (const wake of readers) wake();
  });

  return (request, response) => {
    if (readers.size >= MOST_READERS) {
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '10' }).end('Too many pages\n');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const [lastRun, lastNumber] = String(request.headers['last-event-id'] ?? '').split('-');
    let last = lastRun === run ? Number(lastNumber) || 0 : 0;
    let hasNews = true;
    let timer: NodeJS.Timeout | undefined;
    let patience = setTimeout(live, PATIENCE).unref();

    response.write(`retry: ${RETRY}\n\n`);
    readers.add(wake);
    response.on('drain', wake);
    response.on('close', () => {
      readers.delete(wake);
      clearTimeout(timer);
      clearTimeout(patience);
    });
    send();

    function wake(): void {
      hasNews = true;
      if (timer || response.writableNeedDrain) return;
      timer = setTimeout(send, PACE).unref();
    }

    function send(): void {
      timer = undefined;
      if (!hasNews || response.writableNeedDrain) return;
      const entries = entriesAfter(store, last, CHUNK);
      hasNews = entries.length === CHUNK;
      last = entries.at(-1)?.number ?? last;
      response.write(`id: ${run}-${last}\ndata: ${JSON.stringify(news(entries, hasNews))}\n\n`);
      patience.refresh();
      // A reader that keeps up gets the next chunk at once; others wake with `drain`.
      if (hasNews && !response.writableNeedDrain) timer = setTimeout(send, 0).unref();
    }

    function live(): void {
      if (response.writableNeedDrain) {
        response.destroy();
        return;
      }
      response.write(': live\n\n');
      patience = setTimeout(live, PATIENCE).unref();
    }
  };

  function news(entries: readonly NumberedEntry[], more: boolean) {
    const { open, forgotten, otherSpans } = store;
    const closes = entries.filter(isClose).map(({ number, span }) => ({ number, span }));
    const outages = entries.filter((entry) => !isClose(entry));
    return { run, closes, outages, open, forgotten, otherSpans, more };
  }
}
