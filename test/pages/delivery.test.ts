import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { chromium, type Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

/** The receiver's responses. */
let response: { status: number; headers?: Record<string, string> };
const given = givenPages(
  async () => startPageSite(await bundlePage('test/pages/fixtures/obey-delivery-test.ts')),
  { status: () => response.status, headers: () => response.headers ?? {} },
);
beforeEach(async () => {
  response = { status: 200 };
  await given.page.goto(given.site.url);
});

async function openPage(): Promise<Page> {
  const opened = await given.context.newPage();
  await opened.goto(given.site.url);
  return opened;
}

const start = (started = given.page) =>
  started.evaluate((url) => app.start({ otlp: { url } }), given.receiver.url);
const end = (path: string, ended = given.page) => ended.evaluate((to) => app.end(to), path);
const flush = (flushed = given.page) => flushed.evaluate(() => app.flush());
const outcomes = (of = given.page) => of.evaluate(() => app.outcomes());
/** Longer than any back-off here. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });
const codes = () => given.receiver.spans.map(({ attributes }) => attributes['websocket.close.code']);

describe('a receiver that cannot take spans now', () => {
  it.each([503, 500, 429, 408])('gets them again after a %i, with their own times', async (status) => {
    response = { status };
    await start();
    await end('/close/1011');
    const closed = Date.now();
    await flush();
    expect(await outcomes()).toEqual({ exported: 1, stored: 1 });
    response = { status: 200 };
    const [span] = await given.receiver.waitForSpans(1);
    expect(codes()).toEqual([1011]);
    expect(span?.endTime).toBeLessThanOrEqual(closed);
    await eventually(() => outcomes()).toEqual({ exported: 1, stored: 1, replayed: 1 });
  });

  it('is asked again no sooner than it asked for, not even by a new page', async () => {
    response = { status: 503, headers: { 'retry-after': '3' } };
    await start();
    await end('/close/1011');
    await flush();
    response = { status: 200 };
    await given.page.reload();
    await start();
    await end('/close/1000');
    await flush();
    await given.receiver.waitForSpans(2);
    const [first, second] = given.receiver.requests;
    expect((second?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThanOrEqual(3000);
    expect(codes().sort()).toEqual([1000, 1011]);
  });

  it('is not asked again at each event of a network that a script makes up', async () => {
    response = { status: 503 };
    await start();
    await end('/close/1011');
    await flush();
    await given.page.evaluate(async () => {
      for (let i = 0; i < 20; i++) dispatchEvent(new Event('online'));
      await app.flush();
    });
    expect(given.receiver.requests.length).toBeLessThan(10);
  });

  it('gets them from the next page when it was down', async () => {
    const port = Number(new URL(given.receiver.url).port);
    await given.receiver.close();
    await start();
    await end('/drop');
    await flush();
    expect(await outcomes()).toEqual({ exported: 1, stored: 1 });
    given.receiver = await startOtlpReceiver({ port });
    await given.page.reload();
    await start();
    await given.page.evaluate(() => app.open('/'));
    await given.receiver.waitForSpans(1);
    expect(codes()).toEqual([1006]);
    await eventually(() => outcomes()).toEqual({ replayed: 1 });
  });
});

it('a receiver that refuses spans is not asked again, and they count as dropped', async () => {
  response = { status: 400 };
  await start();
  await end('/close/1011');
  await flush();
  expect(await outcomes()).toEqual({ exported: 1, dropped: 1 });
  response = { status: 200 };
  await end('/close/1000');
  await flush();
  expect(codes()).toEqual([1000]);
  expect(given.receiver.requests).toHaveLength(2);
});

it('a receiver has each close within 2 s', async () => {
  await start();
  await end('/close/1011');
  // Comes into a time that has begun, and still waits no longer.
  await end('/close/1012');
  const spans = await given.receiver.waitForSpans(2);
  for (const at of [0, -1]) {
    const [arrived, ended] = [given.receiver.requests.at(at)?.time, spans.at(at)?.endTime];
    expect((arrived ?? 0) - (ended ?? 0)).toBeLessThan(2000);
  }
});

it('a slow receiver gets each span once', async () => {
  await given.receiver.close();
  given.receiver = await startOtlpReceiver({ delay: 1000 });
  await start();
  await end('/close/1011');
  await Promise.all([flush(), flush(), end('/close/1000')]);
  await flush();
  expect(codes().sort()).toEqual([1000, 1011]);
});

describe('a lost network', () => {
  it('is told of when it is back', async () => {
    await start();
    await given.page.evaluate(() => app.open('/'));
    await flush();
    await given.context.setOffline(true);
    const closed = given.page.evaluate(() => app.end('/'));
    given.site.drop();
    await closed;
    await flush();
    expect(given.receiver.spans).toHaveLength(0);
    await given.context.setOffline(false);
    await given.receiver.waitForSpans(2);
    expect(codes()).toEqual([1006, 1006]);
    expect(await outcomes()).toMatchObject({ exported: 2, stored: 2 });
  });

  it('is told of by the next page when this one is gone before it is back', async () => {
    await start();
    await given.page.evaluate(() => app.open('/'));
    await given.context.setOffline(true);
    given.site.drop();
    await eventually(() => outcomes()).toEqual({ exported: 1, stored: 1 });
    await given.page.close();
    await given.context.setOffline(false);
    given.page = await openPage();
    await start();
    await given.page.evaluate(() => app.open('/'));
    await given.receiver.waitForSpans(1);
    expect(codes()).toEqual([1006]);
  });

  it('is told of after the browser was killed', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'closespan-profile-'));
    const launch = () => chromium.launchPersistentContext(profile, chromiumLaunchOptions());
    const killed = await launch();
    const first = await killed.newPage();
    await first.goto(given.site.url);
    await start(first);
    await first.evaluate(() => app.open('/'));
    await killed.setOffline(true);
    given.site.drop();
    await eventually(() => outcomes(first)).toEqual({ exported: 1, stored: 1 });
    const lost = Date.now();
    const { processInfo } = (await (
      await killed.browser()?.newBrowserCDPSession()
    )?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] };
    const gone = killed.waitForEvent('close');
    process.kill(processInfo.find(({ type }) => type === 'browser')?.id ?? Number.NaN, 'SIGKILL');
    await gone;

    const restarted = await launch();
    const second = await restarted.newPage();
    await second.goto(given.site.url);
    await start(second);
    await second.evaluate(() => app.open('/'));
    const [span] = await given.receiver.waitForSpans(1);
    expect(span && closeLine(span)).toBe('/ client 1006 unclean none offline error=offline');
    expect(span?.endTime).toBeLessThanOrEqual(lost);
    await eventually(() => outcomes(second)).toEqual({ replayed: 1 });
    await restarted.close();
    await rm(profile, { recursive: true, force: true });
  });
});

it('two pages of an origin send what waits once', async () => {
  response = { status: 503 };
  const other = await openPage();
  await Promise.all([start(), start(other)]);
  await Promise.all([end('/close/1011'), end('/close/1012', other)]);
  await Promise.all([flush(), flush(other)]);
  response = { status: 200 };
  await Promise.all([end('/close/4001'), end('/close/4002', other)]);
  await Promise.all([flush(), flush(other)]);
  await given.receiver.waitForSpans(4);
  await Promise.all([flush(), flush(other)]);
  expect(codes().sort()).toEqual([1011, 1012, 4001, 4002]);
});

it('a page that goes sends what is most telling, and the next page the rest', async () => {
  const COUNT = 120;
  await start();
  // Chromium then knows that it may send, and loses no request over the question.
  await end('/close/1000');
  await flush();
  await given.page.evaluate(async (count) => {
    for (let i = 0; i < count; i++) await app.open(i % 10 === 9 ? '/abnormal' : '/normal');
  }, COUNT);
  await given.page.goto(`${given.site.url}/?next`);
  await given.receiver.waitForSpans(2);
  const [, request] = given.receiver.requests;
  expect(request?.size).toBeLessThanOrEqual(60 * 1024);
  const first = given.receiver.spans.slice(1).map(({ statusCode }) => statusCode);
  expect(first.slice(0, COUNT / 10)).toEqual(Array(COUNT / 10).fill(2));
  expect(first.slice(COUNT / 10)).not.toContain(2);
  expect(first.length).toBeGreaterThan(20);
  expect(first.length).toBeLessThan(COUNT);
  await start();
  await given.page.evaluate(() => app.open('/'));
  await given.receiver.waitForSpans(1 + COUNT);
  await flush();
  expect(new Set(given.receiver.spans.map(({ spanId }) => spanId)).size).toBe(1 + COUNT);
  expect(given.receiver.spans).toHaveLength(1 + COUNT);
  expect(await outcomes()).toEqual({ replayed: COUNT - first.length });
});

it('metrics go on request, as deltas with few labels', async () => {
  await given.page.evaluate(
    (url) => app.start({ otlp: { url }, metrics: true, messages: true, meterProvider: undefined } as object),
    given.receiver.url,
  );
  for (const path of ['/close/1011', '/close/1011']) {
    await end(path);
    await flush();
  }
  const closes = given.receiver.points.filter(({ name }) => name === 'websocket.client.closes');
  const labels = {
    'websocket.close.code': 1011,
    'websocket.close.cause': 'server_error',
    'websocket.handshake.succeeded': true,
    'error.type': 'server_error',
  };
  expect(closes.map(({ value, attributes }) => ({ value, attributes }))).toEqual([
    { value: 1, attributes: labels },
    { value: 1, attributes: labels },
  ]);
  // No message came or went, and that is counted, too.
  const messages = given.receiver.points.filter(
    ({ name }) => name === 'websocket.client.message.received.count',
  );
  expect(messages.map(({ value, attributes }) => ({ value, attributes }))).toEqual([
    { value: 0, attributes: {} },
    { value: 0, attributes: {} },
  ]);
  for (const { name, attributes } of given.receiver.points) {
    expect({ name, address: attributes['server.address'] }).toEqual({ name, address: undefined });
  }
});

it('nothing is written to disk with store: memory, and sending goes on', async () => {
  await given.page.evaluate((url) => app.start({ otlp: { url }, store: 'memory' }), given.receiver.url);
  await end('/close/1011');
  await flush();
  expect(codes()).toEqual([1011]);
  expect(await given.page.evaluate(() => app.databases())).toEqual([]);
});

/** Keys of the rows that wait in the page's store. */
function storedKeys(): Promise<unknown[]> {
  return given.page.evaluate(async () => {
    const [{ name = '' } = {}] = await indexedDB.databases();
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const reading = opening.result.transaction('spans').objectStore('spans').getAllKeys();
    await new Promise((resolve) => reading.addEventListener('success', resolve));
    opening.result.close();
    return reading.result.filter((key) => Array.isArray(key));
  });
}

it('rows that cannot be read are dropped, and keep no others from being sent', async () => {
  response = { status: 503 };
  await start();
  await end('/close/1011');
  await flush();
  await given.page.evaluate(async () => {
    const [{ name = '' } = {}] = await indexedDB.databases();
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const writing = opening.result.transaction('spans', 'readwrite');
    const rows = writing.objectStore('spans');
    rows.put('[{"version":2}]', [1, Date.now() - 60_000, 'other', 10, 7]);
    rows.put(undefined, [1, Date.now() - 60_000, 'empty', 10, 7]);
    rows.put({ no: 'text' }, [1, Date.now() - 60_000, 'object', 10, 7]);
    await new Promise((resolve) => writing.addEventListener('complete', resolve));
  });
  response = { status: 200 };
  await given.receiver.waitForSpans(1);
  expect(codes()).toEqual([1011]);
  await eventually(() => outcomes()).toEqual({ exported: 1, stored: 1, replayed: 1, dropped: 14 });
  await eventually(() => storedKeys()).toEqual([]);
});

it('what waits for one receiver is not sent to another', async () => {
  response = { status: 503 };
  await start();
  await end('/close/1011');
  await flush();
  const other = await startOtlpReceiver();
  await given.page.reload();
  await given.page.evaluate((url) => app.start({ otlp: { url } }), other.url);
  await end('/close/1000');
  await flush();
  expect(other.spans.map(({ attributes }) => attributes['websocket.close.code'])).toEqual([1000]);
  await other.close();
});

it("the store keeps what a user's own exporter fails to send", async () => {
  response = { status: 400 };
  await given.page.evaluate((url) => app.startOwnSdk(url), given.receiver.url);
  await end('/close/1012');
  await flush();
  expect(await outcomes()).toEqual({ exported: 1, dropped: 1 });
  const port = Number(new URL(given.receiver.url).port);
  await given.receiver.close();
  await end('/close/1011');
  await flush();
  expect(await outcomes()).toEqual({ exported: 2, dropped: 1, stored: 1 });
  given.receiver = await startOtlpReceiver({ port });
  await given.page.reload();
  await given.page.evaluate((url) => app.startOwnSdk(url), given.receiver.url);
  const [span] = await given.receiver.waitForSpans(1);
  expect(span && closeLine(span)).toBe(
    '/close/1011 client 1011 clean remote server_error error=server_error',
  );
  await eventually(() => outcomes()).toEqual({ replayed: 1 });
});
