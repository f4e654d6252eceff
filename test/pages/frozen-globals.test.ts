import { readFile } from 'node:fs/promises';
import { closeLine } from '@closespan/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

let errors: string[];
const given = givenPages(async () => {
  const file = new URL('../../node_modules/ses/dist/lockdown.umd.js', import.meta.url);
  return startPageSite(await bundlePage('test/pages/fixtures/obey-delivery-test.ts'), {
    '/hardened': {
      type: 'text/html',
      body: '<!doctype html><script src="/ses.js"></script><script>lockdown()</script><script type="module" src="/page.js"></script>',
    },
    '/ses': {
      type: 'text/html',
      body: '<!doctype html><script src="/ses.js"></script><script type="module" src="/page.js"></script>',
    },
    '/ses.js': { type: 'text/javascript; charset=utf-8', body: await readFile(file, 'utf8') },
  });
});
beforeEach(async () => {
  errors = [];
  given.page.on('pageerror', ({ message }) => errors.push(message));
});

const start = () => given.page.evaluate((url) => app.start({ otlp: { url } }), given.receiver.url);

/** Makes a connection that the page closes, and one that the server closes. Returns what the app sees of them. */
const connect = () =>
  given.page.evaluate(async () => {
    const seen: string[] = [];
    for (const path of ['/', '/close/4100']) {
      const socket = new WebSocket(location.origin.replace('http', 'ws') + path);
      const closed = new Promise<CloseEvent>((resolve) => {
        socket.onclose = resolve;
      });
      socket.onopen = () => path === '/' && socket.close(4200, 'app');
      const { code, reason, wasClean } = await closed;
      seen.push(`${code} ${reason} ${wasClean} ${socket instanceof WebSocket}`);
    }
    return seen;
  });

const SEEN = ['4200 app true true', '4100  true true'];
const LOCAL = '/ client 4200 clean local local_close reason=app';
const REMOTE = '/close/4100 client 4100 clean remote remote_close';
const ALL = [LOCAL, REMOTE];
/** Who closed is not claimed where calls of `close` go unseen. */
const UNKNOWN = ALL.map((line) => line.replace(/local local_close|remote remote_close/, 'unknown unknown'));

const lines = () => given.receiver.spans.map(closeLine);

const PIN = '{ writable: false, configurable: false }';
const HARDEN = `for (const name of Object.getOwnPropertyNames(globalThis)) {
  const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
  if (typeof value === 'function') { Object.freeze(value); if (value.prototype) Object.freeze(value.prototype); }
}`;
const FROZEN = [
  ['the class WebSocket', 'Object.freeze(WebSocket)', ALL],
  ['the prototype of WebSocket', 'Object.freeze(WebSocket.prototype)', UNKNOWN],
  ['close', `Object.defineProperty(WebSocket.prototype, 'close', ${PIN})`, UNKNOWN],
  ['the global WebSocket', `Object.defineProperty(globalThis, 'WebSocket', ${PIN})`, []],
  ['WebSocketStream', 'Object.freeze(WebSocketStream); Object.freeze(WebSocketStream.prototype)', ALL],
  ['EventTarget', 'Object.freeze(EventTarget.prototype)', ALL],
  ['events', 'Object.freeze(Event.prototype); Object.freeze(CloseEvent.prototype)', ALL],
  ['fetch', `Object.freeze(fetch); Object.defineProperty(globalThis, 'fetch', ${PIN})`, ALL],
  ['promises', 'Object.freeze(Promise); Object.freeze(Promise.prototype)', ALL],
  [
    'navigator, performance and storage',
    'for (const some of [navigator, performance, indexedDB, crypto, document]) Object.freeze(some)',
    ALL,
  ],
  ['every class', HARDEN, UNKNOWN],
] as const;

describe('a page that has frozen, before the call,', () => {
  it.each(FROZEN)('%s is not harmed, and told what was seen', async (_what, script, expected) => {
    await given.page.goto(given.site.url);
    await given.page.evaluate(`${script}; undefined`);
    const native = await connect();
    await start();
    expect(await connect()).toEqual(native);
    await given.page.evaluate(() => app.flush());
    expect(lines()).toEqual(expected);
    expect(errors).toEqual([]);
  });

  it('all intrinsics, by lockdown() of SES, is told all', async () => {
    await given.page.goto(`${given.site.url}/hardened`);
    await given.page.waitForFunction(() => 'app' in globalThis);
    await start();
    expect(await connect()).toEqual(SEEN);
    await given.page.evaluate(() => app.flush());
    expect(lines()).toEqual(ALL);
    expect(errors).toEqual([]);
  });
});

describe('a page that freezes, after the call,', () => {
  it.each(FROZEN)(
    '%s is not harmed, and records each close once after a second start, too',
    async (_what, script) => {
      await given.page.goto(given.site.url);
      await start();
      await given.page.evaluate(`${script}; undefined`);
      expect(await connect()).toEqual(SEEN);
      await given.page.evaluate(() => app.shutdown());
      expect(lines()).toEqual(ALL);
      expect(await connect()).toEqual(SEEN);
      await start();
      expect(await connect()).toEqual(SEEN);
      await given.page.evaluate(() => app.flush());
      expect(lines()).toEqual([...ALL, ...ALL]);
      expect(errors).toEqual([]);
    },
  );

  it('all intrinsics and WebSocket, by lockdown() and harden() of SES, is told all', async () => {
    await given.page.goto(`${given.site.url}/ses`);
    await start();
    await given.page.evaluate('lockdown(); harden(WebSocket); undefined');
    expect(await connect()).toEqual(SEEN);
    await given.page.evaluate(() => app.shutdown());
    expect(lines()).toEqual(ALL);
    expect(await connect()).toEqual(SEEN);
    expect(errors).toEqual([]);
  });
});
