import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloseStore } from '../closes/close-store.ts';
import { entriesAfter, isClose } from './numbered-entries.ts';

/** Number of pages that may follow a store at once. */
const MOST_READERS = 32;
/** Largest number of closes and outages in one event. */
const CHUNK = 200;
/** Number of characters of entries from which on an event takes no further entry. */
const CHUNK_SIZE = 256 * 1024;
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
  const readers = new Set<(isOpen: boolean) => void>();
  store.onEvent(({ type }) => {
    for (const wake of readers) wake(type === 'open');
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
    /** Whether the counts of open connections may be others than those that the reader has. */
    let isOpenNew = true;
    let timer: NodeJS.Timeout | undefined;
    let patience = setTimeout(live, PATIENCE).unref();

    response.write(`retry: ${RETRY}\n\n`);
    readers.add(wake);
    response.on('drain', plan);
    response.on('close', () => {
      readers.delete(wake);
      clearTimeout(timer);
      clearTimeout(patience);
    });
    send();

    function wake(isOpen: boolean): void {
      hasNews = true;
      isOpenNew ||= isOpen;
      plan();
    }

    /** Plans an event, if there is news and the reader has taken what was sent before. */
    function plan(): void {
      if (!hasNews || timer || response.writableNeedDrain) return;
      timer = setTimeout(send, PACE).unref();
    }

    function send(): void {
      timer = undefined;
      if (!hasNews || response.writableNeedDrain) return;
      const chunk = chunkAfter(store, last);
      hasNews = chunk.more;
      last = chunk.last;
      response.write(`id: ${run}-${last}\ndata: ${eventOf(store, run, chunk, isOpenNew)}\n\n`);
      isOpenNew = false;
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
      // The counts of a process that has ended expire without an event.
      wake(true);
      patience = setTimeout(live, PATIENCE).unref();
    }
  };
}

/** Entries of one event, each as JSON. */
interface Chunk {
  readonly closes: readonly string[];
  readonly outages: readonly string[];
  /** Number of the last entry. */
  readonly last: number;
  /** Whether the store has later entries. */
  readonly more: boolean;
}

function chunkAfter(store: CloseStore, number: number): Chunk {
  const entries = entriesAfter(store, number, CHUNK);
  const closes: string[] = [];
  const outages: string[] = [];
  let last = number;
  let size = 0;
  for (const entry of entries) {
    if (size >= CHUNK_SIZE) break;
    // The page explains closes by itself.
    const text = JSON.stringify({ number: entry.number, span: entry.span });
    (isClose(entry) ? closes : outages).push(text);
    last = entry.number;
    size += text.length;
  }
  return {
    closes,
    outages,
    last,
    more: entries.length === CHUNK || last !== (entries.at(-1)?.number ?? last),
  };
}

function eventOf(
  store: CloseStore,
  run: string,
  { closes, outages, more }: Chunk,
  isOpenNew: boolean,
): string {
  const { forgotten, otherSpans } = store;
  const counts = JSON.stringify({
    run,
    ...(isOpenNew && { open: store.open }),
    forgotten,
    otherSpans,
    more,
  });
  return `{"closes":[${closes}],"outages":[${outages}],${counts.slice(1)}`;
}
