import type { Page } from 'playwright';
import { beforeEach, describe, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

const DAY = 86_400_000;
const COUNT = 10;
const JUMPS = [10 * DAY, -10 * DAY, DAY / 2, -DAY / 2];
const named = JUMPS.map(
  (jump) => [`${Math.abs(jump) / DAY} days ${jump > 0 ? 'forward' : 'back'}`, jump] as const,
);

let status: number;
const given = givenPages(
  async () => startPageSite(await bundlePage('test/pages/fixtures/obey-delivery-test.ts')),
  { status: () => status },
);
beforeEach(async () => {
  status = 200;
});

/** Opens a page whose wall clock is wrong from the start by some milliseconds, and starts to record. */
async function openPage(shift = 0, options: object = {}): Promise<Page> {
  const page = await given.context.newPage();
  await page.addInitScript((shift) => {
    const { now } = Date;
    const { timeOrigin } = performance;
    Object.assign(globalThis, { shift });
    Date.now = () => now() + (globalThis as unknown as { shift: number }).shift;
    Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin + shift });
  }, shift);
  await page.goto(given.site.url);
  await page.evaluate((options) => app.start(options as never), {
    otlp: { url: given.receiver.url },
    // A second connection would end an outage.
    reconnects: false,
    ...options,
  });
  return page;
}

/** Sets the wall clock, which the monotonic clock does not follow. */
const jump = (page: Page, millis: number) =>
  page.evaluate((millis) => void Object.assign(globalThis, { shift: millis }), millis);

const close = (page: Page) =>
  page.evaluate(
    (count) => Promise.all(Array.from({ length: count }, () => app.end('/close/1011'))).then(() => {}),
    COUNT,
  );
const outcomes = (page: Page) => page.evaluate(() => app.outcomes());

async function expectOnce(count: number): Promise<void> {
  await expect.poll(() => given.receiver.spans.length, { timeout: 30_000 }).toBe(count);
  expect(new Set(given.receiver.spans.map(({ spanId }) => spanId)).size).toBe(count);
}

describe.each(['indexeddb', 'memory'] as const)('no span is lost with %s to a clock that jumps', (store) => {
  it.each(named)('%s while spans wait', async (_title, millis) => {
    const page = await openPage(0, { store });
    await close(page);
    await jump(page, millis);
    await close(page);
    await expectOnce(2 * COUNT);
    await expect.poll(() => outcomes(page)).toEqual({ exported: 2 * COUNT });
  });

  it.each(named)('%s while the receiver is away', async (_title, millis) => {
    status = 503;
    const page = await openPage(0, { store });
    await close(page);
    await page.evaluate(() => app.flush());
    await jump(page, millis);
    await close(page);
    await page.evaluate(() => app.flush());
    await jump(page, 0);
    await page.evaluate(() => app.flush());
    await jump(page, millis);
    status = 200;
    await expectOnce(2 * COUNT);
    expect(await outcomes(page)).not.toHaveProperty('dropped');
  });

  it.each(named)('%s as the page goes', async (_title, millis) => {
    const page = await openPage(0, { store });
    // Chromium then knows that it may send, and loses no request over the question.
    await page.evaluate(() => app.end('/close/1000'));
    await page.evaluate(() => app.flush());
    await close(page);
    await jump(page, millis);
    await page.goto(`${given.site.url}/?next`);
    await expectOnce(1 + COUNT);
  });
});

describe('no span is lost to a clock that is set between two pages', () => {
  it.each(named)('%s', async (_title, millis) => {
    status = 503;
    const first = await openPage();
    await close(first);
    await first.evaluate(() => app.flush());
    await first.close();
    status = 200;
    const second = await openPage(millis);
    await close(second);
    await expectOnce(2 * COUNT);
    await expect.poll(() => outcomes(second)).toEqual({ exported: COUNT, replayed: COUNT });
  });
});

it('rows that really are too old are dropped where they cannot be sent, and others stay', async () => {
  status = 503;
  const first = await openPage(-10 * DAY);
  await close(first);
  await first.evaluate(() => app.flush());
  await first.close();
  const second = await openPage();
  await close(second);
  await second.evaluate(() => app.flush());
  await expect.poll(() => outcomes(second)).toMatchObject({ dropped: COUNT, stored: COUNT });
  status = 200;
  await expectOnce(COUNT);
});

it('a clock that stands still keeps nothing from being sent', async () => {
  const page = await openPage();
  await page.evaluate(() => {
    const time = Date.now();
    Date.now = () => time;
  });
  await close(page);
  await expectOnce(COUNT);
  await close(page);
  await expectOnce(2 * COUNT);
});

it('a pause ends when the clock is set back to before it', async () => {
  status = 503;
  const page = await openPage(DAY / 2);
  await close(page);
  await page.evaluate(() => app.flush());
  status = 200;
  await jump(page, 0);
  await page.evaluate(() => app.flush());
  expect(given.receiver.spans).toHaveLength(COUNT);
});
