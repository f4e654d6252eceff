import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import { copyExample, type ExampleCopy } from './copy-example.ts';

const ONE_FILE = fileURLToPath(new URL('../../packages/browser/dist/closespan.js', import.meta.url));
const FAILED = '/close/1011 client 1011 clean remote server_error error=server_error';

let browser: Browser;
let receiver: OtlpReceiver;
/** Whether the receiver refuses what comes. */
let isAway: boolean;
let site: PageSite;
let example: ExampleCopy;

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());
beforeEach(async () => {
  isAway = false;
  [receiver, site] = await Promise.all([
    startOtlpReceiver({ status: () => (isAway ? 503 : 200) }),
    startPageSite(''),
  ]);
});
afterEach(() => Promise.all([receiver.close(), site.close(), example.remove()]));

const sockets = () => site.url.replace('http', 'ws');

/** Bundles a script of an example, as a bundler with its default settings does. */
const bundle = (script: string, outfile: string) =>
  build({
    entryPoints: [join(example.folder, script)],
    outfile: join(example.folder, outfile),
    bundle: true,
    format: 'esm',
    logLevel: 'error',
    // The paths of our tsconfig lead to the sources.
    tsconfigRaw: '{}',
  });

it('a window of Electron sends its closes, also as it is closed', async () => {
  example = await copyExample('electron', {
    'wss://chat.example.com/rooms/7': `${sockets()}/close/1011`,
    'wss://chat.example.com': sockets(),
    'https://otlp.example.com': receiver.url,
  });
  await copyFile(ONE_FILE, join(example.folder, 'closespan.js'));
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(example.folder, 'index.html')).href);
  await page.waitForFunction('document.title === "closed: 1011"');
  expect((await receiver.waitForSpans(1)).map(closeLine)).toEqual([FAILED]);
  await page.evaluate(
    (url) =>
      new Promise((resolve) => {
        new WebSocket(url).onopen = resolve;
      }).then(() => {}),
    `${sockets()}/open`,
  );
  await page.close({ runBeforeUnload: true });
  const spans = await receiver.waitForSpans(2);
  expect(spans.map(closeLine)).toEqual([FAILED, '/open client 1001 unclean local page_exit synthetic']);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'desktop-window' });
});

it('an extension sends its closes, also those of a worker that was stopped before', async () => {
  example = await copyExample('extension', {
    'wss://chat.example.com/feed': `${sockets()}/close/1011`,
    'wss://chat.example.com': sockets(),
    'https://otlp.example.com': receiver.url,
  });
  await bundle('background.js', 'dist/background.js');
  isAway = true;
  const first = await launchWithExtension();
  await expect.poll(() => receiver.requests.length, { timeout: 10_000 }).toBe(1);
  expect(receiver.requests[0]?.headers['origin']).toMatch(/^chrome-extension:/);
  await first.close();
  isAway = false;
  const second = await launchWithExtension();
  const spans = await receiver.waitForSpans(2);
  expect(spans.map(closeLine)).toEqual([FAILED, FAILED]);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'extension' });
  await second.close();
});

/** Starts a Chromium that has the extension, with the profile of this test. */
function launchWithExtension(): Promise<BrowserContext> {
  const { args, ...options } = chromiumLaunchOptions();
  return chromium.launchPersistentContext(join(example.folder, 'profile'), {
    ...options,
    args: [
      ...args,
      `--disable-extensions-except=${example.folder}`,
      `--load-extension=${example.folder}`,
      '--disable-features=DisableLoadExtensionCommandLineSwitch',
    ],
    ignoreDefaultArgs: ['--disable-extensions'],
  });
}

it('an app of Capacitor sends its closes as it goes to the background', async () => {
  example = await copyExample('capacitor', { 'https://otlp.example.com': receiver.url });
  const { outputFiles } = await build({
    entryPoints: [join(example.folder, 'instrument.js')],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
    tsconfigRaw: '{}',
  });
  await site.close();
  site = await startPageSite(outputFiles[0]?.text ?? '');
  const page = await browser.newPage();
  // A WebView in the background has no timers.
  await page.addInitScript(`
    const start = setTimeout;
    globalThis.setTimeout = (run, millis = 0) => (millis < 1000 ? start(run, millis) : 0);
  `);
  await page.goto(site.url);
  await page.evaluate(async (url) => {
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener('close', resolve));
  }, `${sockets()}/close/1011`);
  expect(receiver.spans).toEqual([]);
  // The web part of @capacitor/app takes this event for the one of the phone; closespan believes no event of a script.
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  expect((await receiver.waitForSpans(1)).map(closeLine)).toEqual([FAILED]);
  await page.close();
});
