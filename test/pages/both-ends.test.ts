import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { propagation } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import type { Seen, Visit } from './connect-twice.page.ts';

let browser: Browser;
let site: Server;
let receiver: OtlpReceiver;
let server: WebSocketServer;
let handle: WebSocketHandle | undefined;
let requests: IncomingMessage[];
/** Subprotocols that the server's app was asked to choose from. */
let offers: string[][];

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('connect-twice.page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
  });
  site = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? outputFiles[0]?.text : '<!doctype html><script type="module" src="/page.js"></script>',
    );
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  browser = await chromium.launch(chromiumLaunchOptions());
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  requests = [];
  offers = [];
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  propagation.disable();
  site.removeAllListeners('upgrade');
  server.close();
  await receiver.close();
});
afterAll(async () => {
  await browser?.close();
  site.closeAllConnections();
  site.close();
});

/** Starts the server's end; without `handleProtocols` `ws` selects the first of what is offered. */
function serve(carriers?: ('query' | 'subprotocol')[], chooses = true): void {
  if (carriers) {
    handle = instrumentWebSockets({
      otlp: { url: receiver.url },
      parent: 'creation',
      acceptCarriers: carriers,
    });
  }
  server = new WebSocketServer({
    server: site,
    path: '/chat',
    ...(chooses && {
      handleProtocols(protocols: Set<string>) {
        offers.push([...protocols]);
        return protocols.has('chat') ? 'chat' : false;
      },
    }),
  });
  server.on('connection', (_peer, request) => requests.push(request));
}

const port = () => (site.address() as AddressInfo).port;
const chat = () => `ws://127.0.0.1:${port()}/chat?room=7`;

/** Lets a page, or a worker of it, connect twice. */
async function visit(what: Partial<Visit>, where: 'page' | 'worker' = 'page'): Promise<Seen> {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port()}/`);
  await page.waitForFunction(() => 'visit' in globalThis);
  const whole: Visit = { otlp: receiver.url, sdk: true, carrier: 'query', url: chat(), ...what };
  const seen = await page.evaluate(where === 'page' ? visitInPage : visitInWorker, whole);
  await page.close();
  await Promise.all([...server.clients].map((peer) => once(peer, 'close')));
  await handle?.forceFlush();
  return seen;
}

const visitInPage = (what: Visit) =>
  (globalThis as unknown as { visit(what: Visit): Promise<Seen> }).visit(what);
const visitInWorker = (what: Visit) =>
  new Promise<Seen>((resolve, reject) => {
    const worker = new Worker('/page.js', { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(what);
  });

/** Ids, parents and attributes of the closes at each end, in the order of their connections. */
function ends() {
  const closes = receiver.spans
    .filter(({ name }) => name === 'websocket.close')
    .sort((a, b) => a.startTime - b.startTime);
  return { served: closes.filter(({ kind }) => kind === 2), made: closes.filter(({ kind }) => kind === 3) };
}

function expectJoined({ traceId, spanId }: Seen): void {
  const { served, made } = ends();
  expect([served.length, made.length]).toEqual([2, 2]);
  for (const span of [...served, ...made]) expect(span).toMatchObject({ traceId, parentSpanId: spanId });
  const idsOf = (spans: typeof served) =>
    spans.map(({ attributes }) => attributes['websocket.connection.id']);
  expect(idsOf(served)).toEqual(idsOf(made));
  expect(new Set(idsOf(served)).size).toBe(2);
  for (const { attributes } of [...served, ...made]) {
    expect(attributes['url.full']).toBe(chat().replace('?room=7', ''));
    expect(attributes['websocket.close.code']).toBe(1000);
  }
}

const PARAMETER = /closespan=[0-9a-f]{16}\.00-[0-9a-f]{32}-[0-9a-f]{16}-01/;

describe('with the query carrier', () => {
  it('both ends share their ids and one trace', async () => {
    serve(['query']);
    const seen = await visit({});
    expectJoined(seen);
    expect(seen.url).toMatch(new RegExp(`${chat().replace('?', '\\?')}&${PARAMETER.source}$`));
    expect(seen.secondUrl.match(/closespan/g)).toHaveLength(1);
    expect(seen.secondUrl).not.toBe(seen.url);
    expect(requests.map(({ url }) => url?.replace(PARAMETER, 'CARRIED'))).toEqual([
      '/chat?room=7&CARRIED',
      '/chat?room=7&CARRIED',
    ]);
  });

  it('a relative URL works as it does without', async () => {
    serve(['query']);
    const seen = await visit({ url: '/chat?room=7' });
    expectJoined(seen);
  });

  it('both ends of a worker share them, too', async () => {
    serve(['query']);
    expectJoined(await visit({}, 'worker'));
  });

  it('a page without an SDK shares the ids', async () => {
    serve(['query']);
    const seen = await visit({ sdk: false, carrier: 'query' });
    expect(seen.url).toMatch(/&closespan=[0-9a-f]{16}$/);
    const { served, made } = ends();
    const [id] = served.map(({ attributes }) => attributes['websocket.connection.id']);
    expect(made[0]?.attributes['websocket.connection.id']).toBe(id);
    expect(served[0]?.links).toEqual([]);
  });

  it.each<[string, Partial<Visit>]>([
    ['an ignored URL', { ignoreUrls: ['/chat'] }],
    ['another origin', { url: 'ws://localhost:PORT/chat?room=7' }],
    ['a page without the option', { carrier: 'none' }],
  ])('nothing is carried for %s', async (_title, { url = chat(), ...what }) => {
    serve(['query', 'subprotocol']);
    const asked = url.replace('PORT', String(port()));
    const seen = await visit({ ...what, url: asked });
    expect([seen.url, seen.secondUrl]).toEqual([asked, asked]);
    expect(requests.map((request) => request.url)).toEqual(['/chat?room=7', '/chat?room=7']);
    expect(ends().served[0]?.links).toEqual([]);
  });

  it('another origin gets it when it is listed', async () => {
    serve(['query']);
    const origin = `ws://localhost:${port()}`;
    const seen = await visit({ url: `${origin}/chat`, propagateTo: [origin] });
    expect(seen.url).toMatch(PARAMETER);
  });
});

describe('with the subprotocol carrier', () => {
  it.each<[string, string | string[], boolean]>([
    ['and a server that chooses', ['soap', 'chat'], true],
    ['and a server that takes the first', ['chat', 'soap'], false],
    ['and one subprotocol as text', 'chat', true],
  ])('both ends share their ids and one trace, %s', async (_title, protocols, chooses) => {
    serve(['subprotocol'], chooses);
    const seen = await visit({ carrier: 'subprotocol', protocols });
    expectJoined(seen);
    const asked = [protocols].flat();
    expect(seen).toMatchObject({ protocol: 'chat', code: 1000, url: chat() });
    expect(requests.map(({ headers }) => headers['sec-websocket-protocol'])).toEqual([
      asked.join(', '),
      asked.join(', '),
    ]);
    expect(offers).toEqual(chooses ? [asked, asked] : []);
    const { served, made } = ends();
    for (const { attributes } of [...served, ...made])
      expect(attributes['websocket.subprotocol']).toBe('chat');
  });

  it('a page that asks for none opens as it does without, and carries nothing', async () => {
    serve(['subprotocol']);
    const seen = await visit({ carrier: 'subprotocol' });
    expect(seen).toMatchObject({ protocol: '', code: 1000 });
    expect(requests.map(({ headers }) => headers['sec-websocket-protocol'])).toEqual([undefined, undefined]);
  });

  it.each([true, false])(
    'a server that takes nothing works all the same (it chooses: %s)',
    async (chooses) => {
      serve(undefined, chooses);
      const seen = await visit({ carrier: 'subprotocol', protocols: ['chat'] });
      expect(seen).toMatchObject({ protocol: 'chat', code: 1000 });
      expect(ends().made[0]?.attributes['websocket.subprotocol']).toBe('chat');
    },
  );
});
