import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { sampleOf } from '../helpers/read-samples.ts';
import { nodeBinary, runNode } from '../helpers/run-node.ts';
import { type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import { FAILED, PLACES } from './sample-runs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { ELECTRON_MAIN, ELECTRON_WINDOW, EXTENSION, CAPACITOR, VERCEL, API_GATEWAY } = PLACES;

let browser: Browser;
let receiver: OtlpReceiver;
let site: PageSite;
let folder: string;

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());
beforeEach(async () => {
  [receiver, site] = await Promise.all([startOtlpReceiver(), startPageSite('')]);
  folder = await mkdtemp(join(tmpdir(), 'closespan-place-'));
});
afterEach(async () => {
  await Promise.all([receiver.close(), site.close()]);
  await rm(folder, { recursive: true });
});

/** A text with the addresses of this test in place of those of the page. */
function atHome(text: string): string {
  return text
    .replace(/wss:\/\/chat\.example\.com(?=\/)(\/\w+)/g, `${site.url.replace('http', 'ws')}/close/1011`)
    .replaceAll('wss://chat.example.com', site.url.replace('http', 'ws'))
    .replaceAll('https://otlp.example.com', receiver.url);
}

/** Bundles a sample with a stand-in for a package of the place, and with code behind it. */
async function bundle(
  id: string,
  platform: 'node' | 'browser',
  standIns: Readonly<Record<string, string>>,
  behind = '',
) {
  const outfile = join(folder, platform === 'node' ? 'app.mjs' : 'app.js');
  await build({
    stdin: { contents: `${atHome(sampleOf(id).text)}\n${behind}`, resolveDir: ROOT, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform,
    outfile,
    logLevel: 'error',
    // Not a part of the bundle, as on a server: closespan finds libraries by their modules.
    external: platform === 'node' ? ['@closespan/node'] : [],
    // The paths of our tsconfig lead to the sources.
    tsconfigRaw: '{}',
    plugins: [
      {
        name: 'stand-ins',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /.*/ }, ({ path }) =>
            path in standIns ? { path, namespace: 'stand-in' } : undefined,
          );
          onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: standIns[path] ?? '' }));
        },
      },
    ],
  });
  return outfile;
}

/** Runs a bundle in Node, as if it stood in the project. */
async function runInNode(file: string): Promise<string> {
  const inside = join(ROOT, 'node_modules', '.cache', `place-${process.pid}-${Date.now()}`);
  await mkdir(inside, { recursive: true });
  const program = join(inside, 'app.mjs');
  await copyFile(file, program);
  const { exitCode, stdout, stderr } = await runNode(nodeBinary(24) ?? process.execPath, [program], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  await rm(inside, { recursive: true });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

it(ELECTRON_MAIN, async () => {
  const electron = `
    import { EventEmitter } from 'node:events';
    export const app = new EventEmitter();
    app.whenReady = () => Promise.resolve();
    app.quit = () => {
      let isPrevented = false;
      app.emit('will-quit', { preventDefault: () => { isPrevented = true; } });
      // Electron ends the process, without an event of Node.
      if (!isPrevented) process.reallyExit(0);
    };
    export class BrowserWindow { loadFile() {} }
  `;
  const url = `${site.url.replace('http', 'ws')}/close/1011`;
  const quit = `new WebSocket('${url}').addEventListener('close', () => app.quit());`;
  await runInNode(await bundle(ELECTRON_MAIN, 'node', { electron }, quit));
  expect(receiver.spans.map(closeLine)).toEqual([FAILED]);
});

it(ELECTRON_WINDOW, async () => {
  await copyFile(`${ROOT}/packages/browser/dist/closespan.js`, join(folder, 'closespan.js'));
  await writeFile(
    join(folder, 'renderer.js'),
    `new WebSocket('${site.url.replace('http', 'ws')}/close/1011');`,
  );
  const page = `<!doctype html>${atHome(sampleOf(ELECTRON_WINDOW).text)}<script src="renderer.js"></script>`;
  await writeFile(join(folder, 'index.html'), page);
  const tab = await browser.newPage();
  await tab.goto(pathToFileURL(join(folder, 'index.html')).href);
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([FAILED]);
  expect(spans).toMatchObject([{ resource: { 'service.name': 'desktop-window' } }]);
  await tab.close();
});

it(EXTENSION, async () => {
  await bundle(EXTENSION, 'browser', {});
  await copyFile(join(folder, 'app.js'), join(folder, 'background.js'));
  const page = await readFile(`${ROOT}/docs/places.md`, 'utf8');
  const [, manifest = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  await writeFile(join(folder, 'manifest.json'), atHome(manifest));
  const { args, ...options } = chromiumLaunchOptions();
  const context = await chromium.launchPersistentContext('', {
    ...options,
    args: [
      ...args,
      `--disable-extensions-except=${folder}`,
      `--load-extension=${folder}`,
      '--disable-features=DisableLoadExtensionCommandLineSwitch',
    ],
    ignoreDefaultArgs: ['--disable-extensions'],
  });
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([FAILED]);
  expect(spans).toMatchObject([{ resource: { 'service.name': 'extension' } }]);
  expect(receiver.requests[0]?.headers['origin']).toMatch(/^chrome-extension:/);
  await context.close();
});

it(CAPACITOR, async () => {
  const capacitor = `export const App = { addListener: (name, listener) => { globalThis[name] = listener } };`;
  const script = await readFile(await bundle(CAPACITOR, 'browser', { '@capacitor/app': capacitor }), 'utf8');
  await site.close();
  site = await startPageSite(script);
  const tab = await browser.newPage();
  // A WebView in the background has no timers.
  await tab.addInitScript(`
    const start = setTimeout;
    globalThis.setTimeout = (run, millis = 0) => (millis < 1000 ? start(run, millis) : 0);
  `);
  await tab.goto(site.url);
  await tab.evaluate(
    async (url) => {
      const socket = new WebSocket(url);
      await new Promise((resolve) => socket.addEventListener('close', resolve));
      (globalThis as unknown as { appStateChange(state: object): void }).appStateChange({ isActive: false });
    },
    `${site.url.replace('http', 'ws')}/close/1011`,
  );
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([FAILED]);
  await tab.close();
});

it(VERCEL, async () => {
  const functions = `
    const { promise, resolve } = Promise.withResolvers();
    export const waitUntil = resolve;
    export const waited = promise.then((flushed) => flushed);
  `;
  // The platform stops the function once all that \`waitUntil\` got has ended.
  const call = `
    const { waited } = await import('@vercel/functions');
    const response = await GET();
    console.log(JSON.stringify(await response.json()));
    await waited;
    process.reallyExit(0);
  `;
  const stdout = await runInNode(await bundle(VERCEL, 'node', { '@vercel/functions': functions }, call));
  expect(JSON.parse(stdout)).toEqual({ code: 1011 });
  expect(receiver.spans.map(closeLine)).toEqual([FAILED]);
});

it(API_GATEWAY, async () => {
  const connectedAt = Date.now() - 7_200_000;
  const requestContext = {
    ...{ routeKey: '$disconnect', eventType: 'DISCONNECT', connectionId: 'HXqaxcH9vHcCEeg=' },
    ...{ disconnectStatusCode: 1001, disconnectReason: 'Going away' },
    ...{
      connectedAt,
      requestTimeEpoch: connectedAt + 7_200_000,
      domainName: 'api.example.com',
      stage: 'prod',
    },
  };
  const call = `
    console.log(JSON.stringify(await handler({ requestContext: ${JSON.stringify(requestContext)} })));
    process.reallyExit(0);
  `;
  const stdout = await runInNode(await bundle(API_GATEWAY, 'node', {}, call));
  expect(JSON.parse(stdout)).toEqual({ statusCode: 200 });
  expect(receiver.spans.map(closeLine)).toEqual([
    '/prod server 1001 clean unknown unknown reason=Going away',
  ]);
  expect(receiver.spans).toMatchObject([
    { attributes: { 'app.connection.id': 'HXqaxcH9vHcCEeg=', 'server.address': 'api.example.com' } },
  ]);
});
