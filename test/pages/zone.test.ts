import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/run-in-angular-zone.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());

it("records under zone.js, and schedules nothing in an Angular app's zone", async () => {
  // As Angular builds: zones do not follow native `await`.
  const script = await bundlePage('test/pages/fixtures/run-in-angular-zone.ts', {
    supported: { 'async-await': false },
  });
  let status = 503;
  const receiver = await startOtlpReceiver({ status: () => status });
  const site = await startPageSite(script);
  const page = await browser.newPage();
  await page.goto(`${site.url}/?otlp=${receiver.url}`);
  expect(await page.evaluate(() => zoneApp.closeOne())).toBe(1011);
  await expect.poll(() => receiver.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
  status = 200;
  const [span] = await receiver.waitForSpans(1);
  expect(await page.evaluate(() => zoneApp.macroTasks())).toEqual([]);
  expect(span && closeLine(span)).toBe(
    '/close/1011 client 1011 clean remote server_error error=server_error',
  );
  await page.close();
  await site.close();
  await receiver.close();
});
