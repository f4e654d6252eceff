import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine } from '@closespan/testing';
import { build } from 'esbuild';
import { beforeEach, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { type PageFiles, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/reconnect.page.ts';

const LINE = '/close/1011 client 1011 clean remote server_error error=server_error';

/** Whether chunks are held back, until `release` is called. */
let isHolding: boolean;
/** Number of chunks that were held back. */
let asked: number;
let release: () => void;
const given = givenPages(async () => {
  const files = await chunks();
  return startPageSite(files['/reconnect.page.js']?.body ?? '', files);
});
beforeEach(async () => {
  asked = 0;
  isHolding = false;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await given.page.goto(given.site.url);
  await given.context.route(/\/chunk-|-[A-Z0-9]{8}\.js$/, async (route) => {
    if (isHolding) {
      asked++;
      await released;
    }
    await route.continue();
  });
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
  await given.page.evaluate((url) => reconnecting.start({ otlp: { url } }), given.receiver.url);
  isHolding = true;
  await given.page.evaluate(
    (url) => reconnecting.connect(url),
    `${given.site.url.replace('http', 'ws')}/close/1011`,
  );
  await given.page.evaluate(() => reconnecting.lost());
  expect(asked).toBeGreaterThan(0);
  expect(given.receiver.spans).toEqual([]);
  release();
  const spans = await given.receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([LINE]);
});

it('so does the first socket of a worker with the main entry', async () => {
  const worker = await given.page.evaluateHandle((script) => {
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
  await tell('start', { otlp: { url: given.receiver.url } });
  isHolding = true;
  await tell('connect', `${given.site.url.replace('http', 'ws')}/close/1011`);
  await tell('lost');
  expect(asked).toBeGreaterThan(0);
  expect(given.receiver.spans).toEqual([]);
  release();
  const spans = await given.receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([LINE]);
});
