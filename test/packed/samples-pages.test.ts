import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { createSampleApps, type SampleApps } from '../helpers/create-sample-apps.ts';
import { sampleOf } from '../helpers/read-samples.ts';
import { WORKERD } from '../helpers/runtimes.ts';
import { type PageFiles, type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import { startWorkerd } from '../helpers/start-workerd.ts';
import { DURABLE_OBJECT, FAILED, PAGES, STORES, WORKER, WORKERD_SERVER } from './sample-runs.ts';

let browser: Browser;
let apps: SampleApps;
let receiver: OtlpReceiver;
let page: Page;
let site: PageSite | undefined;
let errors: Error[];

beforeAll(async () => {
  [browser, apps] = await Promise.all([chromium.launch(chromiumLaunchOptions()), createSampleApps()]);
});
afterAll(() => Promise.all([browser?.close(), apps?.remove()]));
beforeEach(async () => {
  [receiver, page] = await Promise.all([startOtlpReceiver(), browser.newPage()]);
  errors = [];
  page.on('pageerror', (error) => errors.push(error));
});
afterEach(async () => {
  await page.close();
  await Promise.all([site?.close(), receiver.close()]);
  site = undefined;
});

it.each(Object.entries(PAGES))('%s', async (id, span) => {
  const ws = await open(await filesOf(id));
  await page.evaluate((url) => void new WebSocket(url), `${ws}/close/1011`);
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([FAILED]);
  expect(spans).toMatchObject([span]);
  expect(errors).toEqual([]);
});

it.each(STORES)('%s', async (id) => {
  await open(await filesOf(id));
  await page.evaluate(() => {
    const { trace } = Reflect.get(globalThis, Symbol.for('opentelemetry.js.api.1'));
    trace.getTracer('app').startSpan('click').end();
  });
  expect(await receiver.waitForSpans(1)).toMatchObject([{ name: 'click' }]);
  expect(errors).toEqual([]);
});

it(WORKER, async () => {
  const { file } = sampleOf(WORKER);
  const ws = await open({
    '/page.js': { type: 'text/javascript', body: `new Worker('/${file}', { type: 'module' });` },
    [`/${file}`]: { type: 'text/javascript', body: await bundle(WORKER) },
  });
  const worker = page.workers()[0] ?? (await page.waitForEvent('worker'));
  await worker.evaluate((url) => void new WebSocket(url), `${ws}/close/1011`);
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([FAILED]);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'chat-worker' });
});

it.skipIf(!WORKERD)(WORKERD_SERVER, async () => {
  const [path = ''] = await apps.write(sampleOf(WORKERD_SERVER).installs[0] ?? '', [WORKERD_SERVER]);
  const workerd = await startWorkerd(WORKERD ?? '', path, { OTLP_URL: receiver.url });
  const socket = new WebSocket(`${workerd.url.replace('http', 'ws')}/rooms/7`);
  socket.addEventListener('open', () => socket.close(4000));
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual(['/rooms/7 server 4000 clean remote remote_close']);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'chat' });
  await workerd.stop();
});

it.skipIf(!WORKERD)(DURABLE_OBJECT, async () => {
  const route = `export default {
    fetch: (request, { Room }) => Room.get(Room.idFromName('lobby')).fetch(request),
  };`;
  const [path = ''] = await apps.write(sampleOf(DURABLE_OBJECT).installs[0] ?? '', [DURABLE_OBJECT], {
    'export const Room': `${route}\nexport const Room`,
  });
  const workerd = await startWorkerd(WORKERD ?? '', path, { OTLP_URL: receiver.url }, ['Room']);
  const socket = new WebSocket(`${workerd.url.replace('http', 'ws')}/rooms/7`);
  socket.addEventListener('open', () => socket.close(4000));
  await receiver.waitForSpans(1);
  const silent = new WebSocket(`${workerd.url.replace('http', 'ws')}/rooms/8`);
  silent.addEventListener('open', () => silent.close());
  const spans = await receiver.waitForSpans(2);
  expect(spans.map(closeLine)).toEqual([
    '/rooms/7 server 4000 clean remote remote_close',
    '/rooms/8 server 1005 clean remote remote_close',
  ]);
  await workerd.stop();
});

/** Opens a page, with a receiver behind its own `/otlp` and behind the default address; returns its origin for sockets. */
async function open(files: PageFiles): Promise<string> {
  site = await startPageSite('', files);
  await page.route(/^http:\/\/(localhost:4318|[^/]+\/otlp)\/v1\//, async (route) => {
    const request = route.request();
    if (request.method() !== 'POST') return route.fulfill({ headers: CORS });
    const response = await fetch(receiver.url + new URL(request.url()).pathname.replace(/^\/otlp/, ''), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: request.postData() ?? '',
    });
    await route.fulfill({ status: response.status, headers: CORS });
  });
  await page.goto(site.url);
  return site.url.replace('http', 'ws');
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };

/** A sample as a page has it: an element in its text, or its script. */
async function filesOf(id: string): Promise<PageFiles> {
  const { language, text, installs } = sampleOf(id);
  if (language !== 'html') return { '/page.js': { type: 'text/javascript', body: await bundle(id) } };
  const dist = join(await apps.folderOf(installs[0] ?? ''), 'node_modules/@closespan/browser/dist');
  return {
    '/': { type: 'text/html', body: `<!doctype html>${text}` },
    '/closespan.js': { type: 'text/javascript', body: await readFile(join(dist, 'closespan.js'), 'utf8') },
  };
}

async function bundle(id: string): Promise<string> {
  const [path = ''] = await apps.write(sampleOf(id).installs[0] ?? '', [id], {
    'https://otlp.example.com': receiver.url,
  });
  const { outputFiles } = await build({ entryPoints: [path], bundle: true, format: 'esm', write: false });
  return outputFiles[0]?.text ?? '';
}
