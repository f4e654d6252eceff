import { startOtlpReceiver } from '@closespan/testing';
import type { Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

/** Longest time until a healthy tab delivers: 2 s until it sends, 13 s until it takes a lock, and slack for a slow machine. */
const TIMEOUT = 19_000;

declare global {
  /** Whether no request of the page settles. */
  var isStuck: boolean | undefined;
}

let stuck: Page;
let healthy: Page;
const given = givenPages(async () =>
  startPageSite(await bundlePage('test/pages/fixtures/obey-delivery-test.ts')),
);
beforeEach(async () => {
  [stuck, healthy] = await Promise.all([openPage(), openPage()]);
});

async function openPage(): Promise<Page> {
  const page = await given.context.newPage();
  // Before closespan is loaded, which keeps the `fetch` of that moment.
  await page.addInitScript(() => {
    const send = globalThis.fetch;
    globalThis.fetch = (...request) => (globalThis.isStuck ? new Promise(() => {}) : send(...request));
  });
  await page.goto(given.site.url);
  return page;
}

const start = (page: Page) => page.evaluate((url) => app.start({ otlp: { url } }), given.receiver.url);
const end = (page: Page, path: string) => page.evaluate((to) => app.end(to), path);
/** Names of the locks that a page of the origin holds. */
const heldLocks = (page: Page) =>
  page.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name) ?? []);
/** The stuck tab begins to send. */
async function hold(): Promise<void> {
  await stuck.evaluate(() => void app.flush());
  await expect.poll(() => heldLocks(healthy), { timeout: 10_000 }).toEqual([name()]);
}
const codes = () => given.receiver.spans.map(({ attributes }) => attributes['websocket.close.code']).sort();
/** Name of lock and database. */
const name = () => `closespan:${given.receiver.url}/v1/traces`;

/** The healthy tab delivers its close, and what else waits, in time. */
async function expectDelivery(expected: readonly number[]): Promise<void> {
  await end(healthy, '/close/1011');
  await expect.poll(codes, { timeout: TIMEOUT }).toEqual(expected);
}

describe('a healthy tab delivers while', () => {
  it("another tab's fetch never settles", async () => {
    await stuck.evaluate(() => {
      globalThis.isStuck = true;
    });
    await Promise.all([start(stuck), start(healthy)]);
    await end(stuck, '/close/1012');
    await hold();
    await expectDelivery([1011, 1012]);
    // Nobody holds the lock for ever.
    await expect.poll(() => heldLocks(healthy), { timeout: TIMEOUT }).toEqual([]);
  });

  it("another tab's script keeps the lock", async () => {
    await stuck.evaluate((lock) => {
      void navigator.locks.request(lock, () => new Promise(() => {}));
    }, name());
    await start(healthy);
    await expectDelivery([1011]);
  });

  it('a script of the tab itself keeps the lock', async () => {
    await start(healthy);
    await healthy.evaluate((lock) => {
      void navigator.locks.request(lock, () => new Promise(() => {}));
    }, name());
    await expectDelivery([1011]);
    await end(healthy, '/close/1012');
    await expect.poll(codes, { timeout: TIMEOUT }).toEqual([1011, 1012]);
  });

  it('another tab is stopped in a debugger with the lock, and goes on later', async () => {
    await Promise.all([start(stuck), start(healthy)]);
    // Stops within the task that has the lock, once the span is stored, and outside of a transaction.
    await stuck.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      const { transaction } = IDBDatabase.prototype;
      let isStored = false;
      IDBObjectStore.prototype.put = function (...row) {
        isStored = true;
        return put.apply(this, row);
      };
      IDBDatabase.prototype.transaction = function (names, mode) {
        if (isStored && mode === 'readonly') {
          IDBDatabase.prototype.transaction = transaction;
          // biome-ignore lint/suspicious/noDebugger: a tab that stands still
          debugger;
        }
        return transaction.call(this, names, mode);
      };
    });
    const session = await given.context.newCDPSession(stuck);
    await session.send('Debugger.enable');
    const paused = new Promise((resolve) => session.once('Debugger.paused', resolve));
    const ended = end(stuck, '/close/1012').catch(() => {});
    await paused;
    await expectDelivery([1011, 1012]);
    // The receiver has the spans before the healthy tab has its response, and removes the rows.
    await healthy.evaluate(() => app.flush());
    await session.send('Debugger.resume');
    await ended;
    await stuck.evaluate(() => app.flush());
    expect(codes()).toEqual([1011, 1012]);
  });

  it('another tab is frozen with the lock', async () => {
    await Promise.all([start(stuck), start(healthy)]);
    await stuck.evaluate(() => {
      globalThis.isStuck = true;
    });
    await end(stuck, '/close/1012');
    await hold();
    const session = await given.context.newCDPSession(stuck);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await expectDelivery([1011, 1012]);
  });

  it("another tab's script keeps a transaction of the database", async () => {
    await start(healthy);
    await end(healthy, '/close/1000');
    await expect.poll(codes, { timeout: TIMEOUT }).toEqual([1000]);
    await stuck.evaluate(async (database) => {
      const opening = indexedDB.open(database);
      await new Promise((resolve) => opening.addEventListener('success', resolve));
      const rows = opening.result.transaction('spans', 'readwrite').objectStore('spans');
      const hold = () => {
        rows.count().onsuccess = hold;
      };
      hold();
    }, name());
    await expectDelivery([1000, 1011]);
  });

  it("another tab's script keeps the database from opening", async () => {
    await stuck.evaluate(async (database) => {
      const opening = indexedDB.open(database, 1);
      await new Promise<void>((resolve) => {
        opening.onupgradeneeded = () => {
          const rows = opening.result.createObjectStore('spans');
          const hold = () => {
            rows.count().onsuccess = hold;
          };
          hold();
          resolve();
        };
      });
    }, name());
    await start(healthy);
    await expectDelivery([1011]);
  });

  it('a receiver never responds to another tab', async () => {
    await stuck.route(/v1/, () => {});
    await Promise.all([start(stuck), start(healthy)]);
    await end(stuck, '/close/1012');
    await hold();
    await expectDelivery([1011, 1012]);
  });
});

it('tabs that take turns at a slow receiver take no lock from each other', async () => {
  const other = await openPage();
  await Promise.all([stuck, healthy, other].map(start));
  await given.receiver.close();
  given.receiver = await startOtlpReceiver({ delay: 8000, port: Number(new URL(given.receiver.url).port) });
  // The first sends its own. The second sends what is left, and the third waits for both: longer than for a stuck one.
  await end(stuck, '/close/1011');
  await hold();
  await Promise.all([end(healthy, '/close/1012'), end(other, '/close/1013')]);
  await Promise.all([healthy, other].map((tab) => tab.evaluate(() => app.flush())));
  expect(codes()).toEqual([1011, 1012, 1013]);
});
