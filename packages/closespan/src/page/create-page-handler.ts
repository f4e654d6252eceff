import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CloseStore } from '../closes/close-store.ts';
import { createEventStream } from './event-stream.ts';
import { exportedCloses } from './exported-closes.ts';
import { type PageExtension, pageDocument } from './page-document.ts';

/** Options of `createPageHandler`. */
export interface PageOptions {
  /** Panel of another program in the page, such as the buttons of the demo. @defaultValue no panel */
  readonly extension?: PageExtension;
}

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

  return (request, response) => {
    // Not as a URL: `//` is a path that no URL has.
    const [pathname = ''] = (request.url ?? '').split('?', 1);
    const { method } = request;
    const isOurs = ['/', '/index.html', '/events', '/export.json'].includes(pathname);
    if (!isOurs || (method !== 'GET' && method !== 'HEAD')) return false;
    for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
    // Exports of pages of other origins are welcome. Closes are for this page alone.
    response.removeHeader('access-control-allow-origin');
    if (pathname === '/events' && method === 'GET') stream(request, response);
    else if (pathname === '/export.json') sendExport(response, store);
    else if (pathname === '/events') response.writeHead(200, { 'content-type': 'text/event-stream' }).end();
    else void sendPage(response, extension);
    return true;
  };
}

async function sendPage(response: ServerResponse, extension: PageExtension | undefined): Promise<void> {
  try {
    const { html, policy } = await pageDocument(extension);
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
      .end(html);
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`The page cannot be read: ${error instanceof Error ? error.message : error}\n`);
  }
}

function sendExport(response: ServerResponse, store: CloseStore): void {
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="closes.json"',
    })
    .end(JSON.stringify(exportedCloses(store)));
}
