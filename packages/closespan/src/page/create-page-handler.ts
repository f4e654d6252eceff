import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CloseStore } from '../closes/close-store.ts';
import { createEventStream } from './event-stream.ts';
import { exportParts } from './exported-closes.ts';
import { type PageDocument, type PageExtension, pageDocument } from './page-document.ts';

/** Options of `createPageHandler`. */
export interface PageOptions {
  /** Panel of another program in the page, such as the buttons of the demo. @defaultValue no panel */
  readonly extension?: PageExtension;
}

/** Milliseconds after which a reader of an export that takes nothing is dropped. */
const PATIENCE = 15_000;

/** Response headers that keep foreign texts out of reach, and this page out of other pages. */
const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

/**
 * Creates a handler that serves the page of a store: `/` is the page, `/events` sends each change as it happens, and
 * `/export.json` has everything that is kept. The receiver takes the handler as its option `serve`.
 * @returns a handler that returns whether the request was for the page
 */
export function createPageHandler(
  store: CloseStore,
  { extension }: PageOptions = {},
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const stream = createEventStream(store);
  let page: Promise<PageDocument> | undefined;

  return (request, response) => {
    // Not as a URL: `//` is a path that no URL has.
    const [pathname = ''] = (request.url ?? '').split('?', 1);
    const { method } = request;
    const isOurs = ['/', '/index.html', '/events', '/export.json'].includes(pathname);
    if (!isOurs || (method !== 'GET' && method !== 'HEAD')) return false;
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    // Exports of pages of other origins are welcome. Closes are for this page alone.
    response.removeHeader('access-control-allow-origin');
    const isData = pathname === '/events' || pathname === '/export.json';
    if (isData && !isFromHere(request)) response.writeHead(403).end();
    // Behind another response on one connection (RFC 9112 §9.3.2). Node does not say when such a connection ends.
    else if (isData && !response.socket) response.writeHead(503, { 'retry-after': '1' }).end();
    else if (pathname === '/events' && method === 'GET') stream(request, response);
    else if (pathname === '/export.json') void sendExport(response, store, method === 'HEAD');
    else if (pathname === '/events') response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
    else {
      page ??= pageDocument(extension);
      // The next request reads the file again.
      page.catch(() => {
        page = undefined;
      });
      void sendPage(response, page);
    }
    return true;
  };
}

/** Returns whether no page of another site has made a request (W3C Fetch Metadata § Sec-Fetch-Site). */
function isFromHere({ headers }: IncomingMessage): boolean {
  return ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'] as string | undefined);
}

async function sendPage(response: ServerResponse, page: Promise<PageDocument>): Promise<void> {
  try {
    const { html, policy } = await page;
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
      .end(html);
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`The page cannot be read: ${error instanceof Error ? error.message : error}\n`);
  }
}

async function sendExport(response: ServerResponse, store: CloseStore, isHead: boolean): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': 'attachment; filename="closes.json"',
  });
  if (isHead) {
    response.end();
    return;
  }
  // A reader that takes nothing is dropped. Until then only a few closes wait for it.
  response.setTimeout(PATIENCE, () => response.destroy());
  await pipeline(Readable.from(exportParts(store)), response).catch(() => {});
}
