import { beforeEach, describe, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

let response: { status: number; headers?: Record<string, string> };
const given = givenPages(
  async () => startPageSite(await bundlePage('test/pages/fixtures/obey-delivery-test.ts')),
  { status: () => response.status, headers: () => response.headers ?? {} },
);
beforeEach(async () => {
  response = { status: 200 };
  await given.page.goto(given.site.url);
  await given.page.evaluate((url) => app.start({ otlp: { url } }), given.receiver.url);
  // The database is there from the first socket on.
  await given.page.evaluate(() => app.open('/'));
  await given.page.evaluate(() => app.flush());
});

/** Ends a connection, and sends what waits. */
async function end(): Promise<void> {
  await given.page.evaluate(() => app.end('/close/1011'));
  await given.page.evaluate(() => app.flush());
}
const outcomes = () => given.page.evaluate(() => app.outcomes());

/** Does to the database what another script of the origin could do. Resolves to the keys that are there then. */
function change(script: string): Promise<unknown[]> {
  return given.page.evaluate(`(async () => {
    const [{ name }] = await indexedDB.databases();
    const opening = indexedDB.open(name);
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const rows = opening.result.transaction('spans', 'readwrite').objectStore('spans');
    ${script};
    const reading = rows.getAllKeys();
    await new Promise((resolve) => rows.transaction.addEventListener('complete', resolve));
    opening.result.close();
    return reading.result;
  })()`);
}

describe('a pause that another script has written', () => {
  it.each([
    `{ since: 0, millis: Infinity, failures: 1, asked: true }`,
    `{ since: NaN, millis: 1e300, failures: 1, asked: true }`,
    `{ since: 0n, millis: 5n, failures: 5n, asked: true }`,
    `null`,
  ])('keeps nothing from being sent: %s', async (pause) => {
    await change(`rows.put(${pause}, 'pause')`);
    await end();
    expect(given.receiver.spans).toHaveLength(1);
    expect(await outcomes()).toEqual({ exported: 1 });
  });

  it('makes no page send again without a pause', async () => {
    response = { status: 503 };
    await change(`rows.put({ since: 0, millis: 0, failures: -1000, asked: false }, 'pause')`);
    await end();
    // The first back-off is half a second at least.
    const millis = await change(`const stored = rows.get('pause');
      await new Promise((resolve) => stored.addEventListener('success', resolve));
      return stored.result.millis`);
    expect(millis).toBeGreaterThanOrEqual(500);
  });
});

describe('a key that another script has written', () => {
  it('puts no infinite number of closes into the metric, and none below 0', async () => {
    await change(
      `for (const closes of [Infinity, 1e300, -7]) rows.put('damaged', [1, 0, 'other', 8, closes])`,
    );
    await end();
    expect(given.receiver.spans).toHaveLength(1);
    expect(await outcomes()).toEqual({ exported: 1 });
  });

  it.each(['-Infinity', '-1e9'])('does not lift the limit of the store with a size of %s', async (size) => {
    response = { status: 503, headers: { 'retry-after': '600' } };
    await end();
    await change(`
      rows.put('[]', [1, Date.now() - 60_000, 'other', ${size}, 0]);
      for (let i = 0; i < 6; i++) rows.put('[]', [0, Date.now() - 60_000 + i, 'large', 1024 * 1024, 1])`);
    await end();
    expect(await outcomes()).toMatchObject({ dropped: 3 });
  });

  it('takes no other row with it, whatever size it says', async () => {
    response = { status: 503, headers: { 'retry-after': '600' } };
    await end();
    const sizes = [1e9, 1e300];
    await change(
      `for (const size of [${sizes}]) rows.put('[]', [1, Date.now() + 1000, 'other' + size, size, 0])`,
    );
    await end();
    // Two closes, and the outage between the first one and the next opening.
    expect(await outcomes()).toEqual({ exported: 3, stored: 3 });
  });
});
