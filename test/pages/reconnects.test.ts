import type { ReceivedSpan } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/reconnect.page.ts';

let server: RestartingServer;
const given = givenPages(async () =>
  startPageSite(await bundlePage('test/pages/fixtures/reconnect.page.ts'), {
    '/other': { type: 'text/html', body: '<!doctype html>' },
  }),
);
beforeEach(async () => {
  server = await startRestartingServer();
  await given.page.goto(given.site.url);
});
afterEach(() => server.close());

const connect = () =>
  given.page.evaluate((url) => reconnecting.connect(url), `${server.url}/chat?token=secret`);
const start = (metrics = false) =>
  given.page.evaluate(([url, metrics]) => reconnecting.start({ otlp: { url }, metrics }), [
    given.receiver.url,
    metrics,
  ] as const);
async function lose(): Promise<void> {
  await server.stop();
  await given.page.evaluate(() => reconnecting.lost());
}
/**
 * Sends the closes so far. A request that is under way as a page is left is aborted, and waits for the next page. And
 * Chromium sends the last request at once only if a preflight was made before.
 */
const flush = () => given.page.evaluate(() => reconnecting.flush());
const reconnects = () => given.receiver.spans.filter(({ name }) => name === 'websocket.reconnect');
const closes = () => given.receiver.spans.filter(({ name }) => name === 'websocket.close');
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
    .poll(
      () => given.receiver.points.filter(({ name }) => name === 'websocket.client.reconnect.downtime').length,
    )
    .toBe(1);
  expect(JSON.stringify(given.receiver.spans)).not.toContain('secret');
});

it('a page that is left while it is down makes a span with an error', async () => {
  await start();
  expect(await connect()).toBe(true);
  await lose();
  expect(await connect()).toBe(false);
  await flush();
  await given.page.goto(`${given.site.url}/other`);
  await outages().toEqual([[2, 'connection_lost', 1]]);
});

it('a page that is left while its next attempt is under way counts that attempt', async () => {
  await start();
  expect(await connect()).toBe(true);
  await lose();
  await flush();
  await server.start();
  server.holdHandshakes();
  await given.page.evaluate((url) => void reconnecting.connect(url), server.url.concat('/chat'));
  await given.page.goto(`${given.site.url}/other`);
  await outages().toEqual([[2, 'connection_lost', 1]]);
});

it('a worker has chains of its own, and ends its outage when it closes itself', async () => {
  const run = (...command: unknown[]) =>
    given.page.evaluate(
      (command) =>
        new Promise((resolve) => {
          const { worker = new Worker('/page.js', { type: 'module' }) } = globalThis as { worker?: Worker };
          Object.assign(globalThis, { worker });
          worker.addEventListener('message', ({ data }) => resolve(data), { once: true });
          worker.postMessage(command);
        }),
      command,
    );
  await run('start', { otlp: { url: given.receiver.url } });
  expect(await run('connect', `${server.url}/chat`)).toBe(true);
  await server.stop();
  await run('lost');
  expect(await run('connect', `${server.url}/chat`)).toBe(false);
  await run('flush');
  void run('closeWorker');
  await outages().toEqual([[2, 'connection_lost', 1]]);
});
