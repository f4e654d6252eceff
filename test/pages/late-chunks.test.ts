import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { type PageFiles, type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/reconnect.page.ts';

const LINE = '/close/1011 client 1011 clean remote server_error error=server_error';

let browser: Browser;
let context: BrowserContext;
let page: Page;
let site: PageSite;
let receiver: OtlpReceiver;
/** Whether chunks are held back, until `release` is called. */
let isHolding: boolean;
/** Number of chunks that were held back. */
let asked: number;
let release: () => void;

beforeAll(async () => {
  const files = await chunks();
  site = await startPageSite(files['/reconnect.page.js']?.body ?? '', files);
  browser = await chromium.launch(chromiumLaunchOptions());
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  context = await browser.newContext();
  page = await context.newPage();
  asked = 0;
  isHolding = false;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.goto(site.url);
  await context.route(/\/chunk-|-[A-Z0-9]{8}\.js$/, async (route) => {
    if (isHolding) {
      asked++;
      await released;
    }
    await route.continue();
  });
});
afterEach(async () => {
  await context.close();
  await receiver.close();
});
afterAll(async () => {
  await browser?.close();
  await site.close();
});

/** Builds the page as a bundler does that parts its code: one file for the start, and others that are loaded later. */
async function chunks(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('fixtures/reconnect.page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    splitting: true,
    outdir: 'unused',
    write: false,
    logLevel: 'error',
  });
  const files = outputFiles.map(({ path, text }) => [
    `/${basename(path)}`,
    { type: 'text/javascript', body: text },
  ]);
  return Object.fromEntries(files);
}

it('the first socket of a page leaves a record, though it ends before the code for records is loaded', async () => {
  await page.evaluate((url) => reconnecting.start({ otlp: { url } }), receiver.url);
  isHolding = true;
  await page.evaluate((url) => reconnecting.connect(url), `${site.url.replace('http', 'ws')}/close/1011`);
  await page.evaluate(() => reconnecting.lost());
  expect(asked).toBeGreaterThan(0);
  expect(receiver.spans).toEqual([]);
  release();
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([LINE]);
});

it('so does the first socket of a worker with the main entry', async () => {
  const worker = await page.evaluateHandle((script) => {
    const made = new Worker(script, { type: 'module' });
    return {
      tell: (...command: unknown[]) =>
        new Promise((resolve) => {
          made.addEventListener('message', resolve, { once: true });
          made.postMessage(command);
        }),
    };
  }, '/reconnect.page.js');
  const tell = (...command: unknown[]) =>
    worker.evaluate(async ({ tell }, command) => void (await tell(...command)), command);
  await tell('start', { otlp: { url: receiver.url } });
  isHolding = true;
  await tell('connect', `${site.url.replace('http', 'ws')}/close/1011`);
  await tell('lost');
  expect(asked).toBeGreaterThan(0);
  expect(receiver.spans).toEqual([]);
  release();
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([LINE]);
});
