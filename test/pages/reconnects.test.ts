import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';
import { bundlePage, type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/reconnect.page.ts';

let browser: Browser;
let site: PageSite;
let context: BrowserContext;
let page: Page;
let receiver: OtlpReceiver;
let server: RestartingServer;

beforeAll(async () => {
  site = await startPageSite(await bundlePage('test/pages/fixtures/reconnect.page.ts'), {
    '/other': { type: 'text/html', body: '<!doctype html>' },
  });
  browser = await chromium.launch(chromiumLaunchOptions());
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  server = await startRestartingServer();
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(site.url);
});
afterEach(async () => {
  await context.close();
  await server.close();
  await receiver.close();
});
afterAll(async () => {
  await browser?.close();
  await site.close();
});

const connect = () => page.evaluate((url) => reconnecting.connect(url), `${server.url}/chat?token=secret`);
const start = (metrics = false) =>
  page.evaluate(([url, metrics]) => reconnecting.start({ otlp: { url }, metrics }), [
    receiver.url,
    metrics,
  ] as const);
async function lose(): Promise<void> {
  await server.stop();
  await page.evaluate(() => reconnecting.lost());
}
/**
 * Sends the closes so far. A request that is under way as a page is left is aborted, and waits for the next page. And
 * Chromium sends the last request at once only if a preflight was made before.
 */
const flush = () => page.evaluate(() => reconnecting.flush());
const reconnects = () => receiver.spans.filter(({ name }) => name === 'websocket.reconnect');
const closes = () => receiver.spans.filter(({ name }) => name === 'websocket.close');
const words = ({ statusCode, attributes }: ReceivedSpan) => [
  statusCode,
  attributes['websocket.close.cause'],
  attributes['websocket.reconnect.attempts'],
];
const outages = () => expect.poll(() => reconnects().map(words), { timeout: 20_000 });

it('a page that comes back after failed attempts makes one span of the outage', async () => {
  await start(true);
  expect(await connect()).toBe(true);
  await lose();
  expect(await connect()).toBe(false);
  expect(await connect()).toBe(false);
  await server.start();
  expect(await connect()).toBe(true);
  await flush();
  await outages().toEqual([[1, 'connection_lost', 3]]);
  const [outage] = reconnects() as [ReceivedSpan];
  expect(outage.attributes['websocket.reconnect.causes']).toEqual(['handshake_failed']);
  const loss = closes().find(({ attributes }) => attributes['websocket.close.cause'] === 'connection_lost');
  expect(outage.links.map(({ spanId, traceId }) => [traceId, spanId])).toEqual([
    [loss?.traceId, loss?.spanId],
  ]);
  expect(closes().map(({ attributes }) => attributes['websocket.reconnect.attempt'])).toEqual([
    undefined,
    1,
    2,
  ]);
  await expect
    .poll(() => receiver.points.filter(({ name }) => name === 'websocket.client.reconnect.downtime').length)
    .toBe(1);
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
});

it('a page that is left while it is down makes a span with an error', async () => {
  await start();
  expect(await connect()).toBe(true);
  await lose();
  expect(await connect()).toBe(false);
  await flush();
  await page.goto(`${site.url}/other`);
  await outages().toEqual([[2, 'connection_lost', 1]]);
});

it('a page that is left while its next attempt is under way counts that attempt', async () => {
  await start();
  expect(await connect()).toBe(true);
  await lose();
  await flush();
  await server.start();
  server.holdHandshakes();
  await page.evaluate((url) => void reconnecting.connect(url), server.url.concat('/chat'));
  await page.goto(`${site.url}/other`);
  await outages().toEqual([[2, 'connection_lost', 1]]);
});

it('a worker has chains of its own, and ends its outage when it closes itself', async () => {
  const run = (...command: unknown[]) =>
    page.evaluate(
      (command) =>
        new Promise((resolve) => {
          const { worker = new Worker('/page.js', { type: 'module' }) } = globalThis as { worker?: Worker };
          Object.assign(globalThis, { worker });
          worker.addEventListener('message', ({ data }) => resolve(data), { once: true });
          worker.postMessage(command);
        }),
      command,
    );
  await run('start', { otlp: { url: receiver.url } });
  expect(await run('connect', `${server.url}/chat`)).toBe(true);
  await server.stop();
  await run('lost');
  expect(await run('connect', `${server.url}/chat`)).toBe(false);
  await run('flush');
  void run('closeWorker');
  await outages().toEqual([[2, 'connection_lost', 1]]);
});
