import { closeLine } from '@closespan/testing';
import type { Frame, Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

const html = (body: string) => ({ type: 'text/html', body: `<!doctype html>${body}` });
const COUNT = 10;

let errors: string[];
const given = givenPages(async () => {
  // Not a module: a frame of an opaque origin may load it.
  const script = await bundlePage('test/pages/fixtures/obey-delivery-test.ts', { format: 'iife' });
  return startPageSite(script, {
    '/': html('<script src="/page.js"></script>'),
    '/parent': html(`<iframe sandbox="allow-scripts" src="/"></iframe>`),
  });
});
beforeEach(async () => {
  errors = [];
  given.page.on('pageerror', ({ message }) => errors.push(message));
});

/** Starts with options, and makes connections that end. Nobody calls `forceFlush()`. */
async function connect(frame: Page | Frame, otlp: object = {}): Promise<void> {
  await frame.evaluate((options) => app.start({ otlp: options as never }), {
    url: given.receiver.url,
    ...otlp,
  });
  await frame.evaluate(
    (count) => Promise.all(Array.from({ length: count }, () => app.end('/close/1011'))),
    COUNT,
  );
}

/** Each span once, and no error in the page. */
async function expectAll(count = COUNT): Promise<void> {
  const closes = () => given.receiver.spans.filter(({ name }) => name === 'websocket.close');
  await expect.poll(() => closes().length, { timeout: 20_000 }).toBe(count);
  expect(new Set(closes().map(({ spanId }) => spanId)).size).toBe(count);
  expect(errors).toEqual([]);
}

it('a sandboxed frame, which may use neither Web Locks nor IndexedDB, sends from memory', async () => {
  await given.page.goto(`${given.site.url}/parent`);
  const frame = given.page.frames().find((some) => some !== given.page.mainFrame());
  if (!frame) throw new Error('no frame');
  await frame.waitForFunction(() => 'app' in globalThis);
  await connect(frame);
  await expectAll();
  await connect(frame);
  await frame.evaluate(() => app.flush());
  await expectAll(2 * COUNT);
});

const LOCKS = 'Object.defineProperty(Navigator.prototype, "locks", {';
const NEVER = 'new Promise(() => {})';
/** Returns a script that adds a property to all objects. */
const inherited = (name: string, value: string) =>
  `Object.defineProperty(Object.prototype, '${name}', { value: ${value}, writable: true })`;
const DENIED = 'new DOMException("denied", "SecurityError")';

describe('a page sends each span once where', () => {
  it.each([
    ['locks reject', `LockManager.prototype.request = () => Promise.reject(${DENIED})`],
    ['locks throw', `LockManager.prototype.request = () => { throw ${DENIED} }`],
    ['locks never call back', `LockManager.prototype.request = () => ${NEVER}`],
    ['locks are never told of', `LockManager.prototype.query = () => Promise.reject(${DENIED})`],
    [
      'locks call nobody back',
      'LockManager.prototype.request = async () => {}; LockManager.prototype.query = async () => ({ held: [] })',
    ],
    ['the getter of locks throws', `${LOCKS} get() { throw ${DENIED} } })`],
    ['locks are missing', `${LOCKS} value: undefined })`],
    ['there is no IndexedDB', 'delete globalThis.indexedDB'],
    ['IndexedDB throws', `IDBFactory.prototype.open = () => { throw ${DENIED} }`],
    ['IndexedDB never opens', 'IDBFactory.prototype.open = () => ({})'],
    [
      'IndexedDB fails to open later',
      `IDBFactory.prototype.open = () => { const request = { error: ${DENIED} }; setTimeout(() => request.onerror(), 50); return request; }`,
    ],
    ['transactions throw', `IDBDatabase.prototype.transaction = () => { throw ${DENIED} }`],
    ['nothing can be written', `IDBObjectStore.prototype.put = () => { throw ${DENIED} }`],
    [
      'a write never ends',
      'IDBTransaction.prototype.commit = function () { hold(this.objectStore("spans")) }',
    ],
    [
      'the quota is used up',
      'const { put } = IDBObjectStore.prototype; IDBObjectStore.prototype.put = function (...row) { const request = put.apply(this, row); this.transaction.abort(); return request; }',
    ],
    ['nothing can be read', `IDBObjectStore.prototype.get = () => { throw ${DENIED} }`],
    ['a read never ends', 'IDBObjectStore.prototype.get = () => ({})'],
    ['keys cannot be read', `IDBObjectStore.prototype.getAllKeys = () => { throw ${DENIED} }`],
    ['there is no crypto', 'delete globalThis.crypto'],
    ['crypto throws', `Crypto.prototype.getRandomValues = () => { throw ${DENIED} }`],
    ['crypto does nothing', 'Crypto.prototype.getRandomValues = () => {}'],
    [
      'Array.from maps nothing, as that of Prototype and MooTools',
      'const { from } = Array; Array.from = (items, map) => from(items, items instanceof Uint8Array ? undefined : map)',
    ],
    ['performance.now gives no number', 'performance.now = () => undefined'],
    ['Date.now gives no number', 'Date.now = () => undefined'],
    ['no clock gives a number', 'Date.now = performance.now = () => NaN'],
    ['all objects have a transport', inherited('transport', '"text"')],
    ['the app has a Zone of its own', 'globalThis.Zone = { root: {} }'],
    ['there is no MessageChannel', 'delete globalThis.MessageChannel'],
    ['MessageChannel throws', `globalThis.MessageChannel = function () { throw ${DENIED} }`],
    ['there is no AbortSignal.timeout', 'delete AbortSignal.timeout'],
    ['there is no performance.timeOrigin', 'delete Performance.prototype.timeOrigin'],
    ['navigator.onLine is unknown', 'delete Navigator.prototype.onLine'],
    ['arrays have a toJSON', 'Array.prototype.toJSON = function () { return "[" + this.join() + "]" }'],
    ['objects have a toJSON', inherited('toJSON', '() => "text"')],
    ['requests inherit a mode', inherited('mode', '"no-cors"')],
    ['requests inherit a cache mode', inherited('cache', '"only-if-cached"')],
    ['requests inherit an integrity', inherited('integrity', '"sha256-AAAA"')],
  ])('%s', async (_title, script) => {
    await given.page.addInitScript(`
      const hold = (rows) => { rows.count().onsuccess = () => hold(rows) };
      ${script};
    `);
    await given.page.goto(given.site.url);
    await connect(given.page);
    await expectAll();
    const [{ attributes, spanId } = { attributes: {}, spanId: '' }] = given.receiver.spans;
    expect(spanId).toMatch(/^[\da-f]{16}$/);
    expect(attributes).toMatchObject({
      'websocket.close.code': 1011,
      'websocket.close.cause': 'server_error',
    });
  });

  it.each([
    ['there is no CompressionStream', 'delete globalThis.CompressionStream'],
    ['CompressionStream throws', `globalThis.CompressionStream = function () { throw ${DENIED} }`],
    [
      'CompressionStream never ends',
      'globalThis.CompressionStream = class { writable = new WritableStream(); readable = new ReadableStream() }',
    ],
    ['a stream cannot be read', `Response.prototype.arrayBuffer = () => Promise.reject(${DENIED})`],
  ])('%s', async (_title, script) => {
    await given.page.addInitScript(script);
    await given.page.goto(given.site.url);
    await connect(given.page, { compression: 'gzip' });
    await expectAll();
    expect(given.receiver.requests[0]?.headers['content-encoding']).toBeUndefined();
  });
});

describe('a page records a close of its own, and a flush ends, where', () => {
  it.each([
    ['promises have no finally', 'delete Promise.prototype.finally'],
    [
      'a getter of navigator throws',
      `Object.defineProperty(Navigator.prototype, 'userAgent', { get() { throw 0 } })`,
    ],
    ['navigator throws', `Object.defineProperty(globalThis, 'navigator', { get() { throw 0 } })`],
  ])('%s', async (_title, script) => {
    await given.page.addInitScript(script);
    await given.page.goto(given.site.url);
    await given.page.evaluate(async (url) => {
      app.start({ otlp: { url } });
      const socket = new WebSocket(location.origin.replace('http', 'ws'));
      const happens = (type: string) => new Promise((resolve) => socket.addEventListener(type, resolve));
      await happens('open');
      socket.close(4200);
      await happens('close');
      await app.flush();
    }, given.receiver.url);
    expect(given.receiver.spans.map(closeLine)).toEqual(['/ client 4200 clean local local_close']);
    expect(errors).toEqual([]);
  });
});

/** Returns a script that gives each request a response with another body. */
const respondWith = (body: string) => `
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    await fetch(...request);
    return new Response(${body});
  };
`;

describe('a page sends its metrics where', () => {
  /** Opens the page, which starts with metrics, ends a socket, and flushes. */
  async function measureOne(): Promise<void> {
    await given.page.goto(given.site.url);
    await given.page.evaluate((url) => {
      app.start({ otlp: { url }, metrics: true, meterProvider: undefined } as never);
      return app.end('/close/1011');
    }, given.receiver.url);
    await given.page.evaluate(() => app.flush());
  }

  it.each([
    ['there is no AbortSignal.timeout', 'delete AbortSignal.timeout'],
    ['a body is cut off', respondWith(`new ReadableStream({ start: (body) => body.error(${DENIED}) })`)],
    ['a body never ends', respondWith('new ReadableStream()')],
    [
      'a body is endless',
      respondWith('new ReadableStream({ pull: (body) => body.enqueue(new Uint8Array(50_000)) })'),
    ],
    ['a response has no body', respondWith('null')],
  ])('%s', async (_title, script) => {
    await given.page.addInitScript(script);
    await measureOne();
    expect(given.receiver.points.filter(({ name }) => name === 'websocket.client.closes')).toHaveLength(1);
    await given.page.evaluate(() => app.flush());
    expect(given.receiver.requests.filter(({ path }) => path === '/v1/metrics').length).toBeLessThan(3);
    expect(errors).toEqual([]);
  });

  it('fetch never settles, and no flush waits for ever', async () => {
    // The time limits of seconds are over in less than one.
    await given.page.addInitScript(`
      AbortSignal.timeout = (millis) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), millis / 20);
        return controller.signal;
      };
      globalThis.fetch = () => ${NEVER};
    `);
    await measureOne();
    await given.page.evaluate(() => app.shutdown());
    expect(errors).toEqual([]);
  });
});

it('what cannot be sent as the page goes is sent by the next page', async () => {
  await given.page.addInitScript(`
    const { fetch } = globalThis;
    globalThis.fetch = (url, options) => {
      if (options.keepalive) throw new TypeError('keepalive');
      return fetch(url, options);
    };
  `);
  await given.page.goto(given.site.url);
  await connect(given.page);
  await given.page.goto(`${given.site.url}/?next`);
  await given.page.evaluate((url) => app.start({ otlp: { url } }), given.receiver.url);
  await given.page.evaluate(() => app.open('/'));
  await expectAll();
});

it('rows with odd keys, which another script has added, keep nothing from being sent', async () => {
  await given.page.goto(given.site.url);
  await given.page.evaluate((url) => app.start({ otlp: { url } }), given.receiver.url);
  await given.page.evaluate(async () => {
    await app.open('/');
    await app.flush();
    const [{ name = '' } = {}] = await indexedDB.databases();
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const rows = opening.result.transaction('spans', 'readwrite').objectStore('spans');
    for (const key of [1, 'other', [], [0, 'x', 'y', 1, 1], [0, 1, [2], 3, 'many'], new Date()])
      rows.put('[]', key);
    rows.put({ since: 'x', millis: 'y', failures: {}, asked: 1 }, 'pause');
    await new Promise((resolve) => rows.transaction.addEventListener('complete', resolve));
    opening.result.close();
  });
  await connect(given.page);
  await expectAll();
});

it('the app can delete the database, and spans are still sent', async () => {
  await given.page.goto(given.site.url);
  await connect(given.page);
  await expectAll();
  await given.page.evaluate(async () => {
    for (const { name = '' } of await indexedDB.databases()) {
      const deleting = indexedDB.deleteDatabase(name);
      await new Promise((resolve, reject) => {
        deleting.onsuccess = resolve;
        deleting.onerror = reject;
      });
    }
  });
  await connect(given.page);
  await expectAll(2 * COUNT);
});
