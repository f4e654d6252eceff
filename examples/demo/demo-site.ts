import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { OtlpReceiver, ReceivedSpan } from '@closespan/testing';
import { build } from 'esbuild';
import { rowOfSpan } from './close-row.ts';
import type { EndingServer } from './ending-server.ts';
import { ENDINGS } from './endings.ts';
import { closesOf } from './outage-row.ts';

/** A page that ends connections of the visitor's own browser and shows their spans. */
export interface DemoSite {
  readonly url: string;
  close(): void;
}

/** Parts of the demo that the page shows and reaches. */
export interface DemoSiteOptions {
  readonly receiver: OtlpReceiver;
  readonly server: EndingServer;
  /** Where the page's spans are passed on to, besides the receiver. */
  readonly endpoint: string | undefined;
  readonly port: number;
}

const file = (name: string) => fileURLToPath(new URL(`page/${name}`, import.meta.url));

/** Serves the page, its endings, its live spans, and the way for its own spans to the receiver. */
export async function startDemoSite({
  receiver,
  server,
  endpoint,
  port,
}: DemoSiteOptions): Promise<DemoSite> {
  const script = await bundle();
  const targets = endpoint ? [endpoint, receiver.url] : [receiver.url];
  const endings = ENDINGS.filter(({ inPage }) => inPage).map((ending) => ({
    ...ending,
    url: server.urlOf(ending.path),
  }));
  const site = createServer(async ({ url = '', method }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    if (pathname === '/') send(response, 'text/html', await readFile(file('index.html')));
    else if (pathname === '/page.css') send(response, 'text/css', await readFile(file('page.css')));
    else if (pathname === '/page.js') send(response, 'text/javascript', script);
    else if (pathname === '/endings') send(response, 'application/json', JSON.stringify(endings));
    else if (pathname === '/spans') streamSpans(response, receiver);
    else if (method === 'POST' && pathname.startsWith('/otlp/')) {
      await passOn(
        response.req,
        response,
        targets.map((target) => target + pathname.slice('/otlp'.length)),
      );
    } else response.writeHead(404).end();
  });
  site.on('error', (error) => {
    console.error(`The page cannot be served: ${error.message}`);
    process.exit(1);
  });
  site.listen(port, '127.0.0.1');
  await once(site, 'listening');
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/`,
    close() {
      site.closeAllConnections();
      site.close();
    },
  };
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file('page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

function send(response: ServerResponse, type: string, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

/** Server-sent events: the spans so far, then each as it arrives. */
function streamSpans(response: ServerResponse, receiver: OtlpReceiver): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const write = (span: ReceivedSpan) => {
    if (closesOf([span]).length === 0) return;
    const row = { ...rowOfSpan(span), service: span.resource['service.name'] };
    response.write(`data: ${JSON.stringify(row)}\n\n`);
  };
  receiver.spans.forEach(write);
  const stop = receiver.onSpan(write);
  response.on('close', stop);
}

/** A page may send to its own origin without CORS; from there the spans go on. */
async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  urls: readonly string[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = { 'content-type': 'application/json' };
  try {
    const responses = urls.map((url) => fetch(url, { method: 'POST', headers, body: Buffer.concat(chunks) }));
    const [first] = await Promise.all(responses);
    response.writeHead(first?.status ?? 502, headers).end('{}');
  } catch (error) {
    console.error(`Spans of the page were not taken: ${error}`);
    response.writeHead(502).end();
  }
}
