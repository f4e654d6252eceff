import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { build as bundle } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { startPageSite } from '../helpers/start-page-site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());

it('the example of Vite and React builds, and sends the close of its component', async () => {
  const outDir = join(tmpdir(), `closespan-vite-react-${process.pid}`);
  const root = fileURLToPath(new URL('../../examples/vite-react', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const read = (name: string) => readFile(join(outDir, name), 'utf8');
  const scripts = await readdir(join(outDir, 'assets'));
  const site = await startPageSite('', {
    '/': { type: 'text/html', body: await read('index.html') },
    ...Object.fromEntries(
      await Promise.all(
        scripts.map(async (name) => [
          `/assets/${name}`,
          { type: 'text/javascript', body: await read(`assets/${name}`) },
        ]),
      ),
    ),
  });
  const page = await browser.newPage();
  const sent = page.waitForRequest(/\/otlp\/v1\/traces$/);
  const connected = site.connected();
  await page.goto(site.url);
  await connected;
  site.drop();
  expect((await sent).postDataJSON().resourceSpans[0].scopeSpans[0].spans).toHaveLength(1);
  await page.getByText('closed: 1006').waitFor();
  await page.close();
  await site.close();
  await rm(outDir, { recursive: true, force: true });
});

/** Stands in for React Native for Web: `App` is rendered once, without a screen. */
const WEB_MODULES: Readonly<Record<string, string>> = {
  'react-native': `
    export const AppRegistry = { registerComponent: (name, component) => component()() };
    export const [Button, Text, View] = [];`,
  react: `
    export const createElement = () => {};
    export const useState = (value) => [value, () => {}];
    export const useEffect = (run) => run();`,
};

it('the example of React Native builds for the web, and sends the close of its component', async () => {
  const { outputFiles } = await bundle({
    entryPoints: [join(fileURLToPath(new URL('../..', import.meta.url)), 'examples/react-native/index.js')],
    bundle: true,
    write: false,
    format: 'esm',
    resolveExtensions: ['.web.js', '.js'],
    logLevel: 'error',
    // The paths of our tsconfig lead to the sources.
    tsconfigRaw: '{}',
    plugins: [
      {
        name: 'modules of the web',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^react/ }, ({ path }) => ({ path, namespace: 'web' }));
          onLoad({ filter: /./, namespace: 'web' }, ({ path }) => ({ contents: WEB_MODULES[path] ?? '' }));
        },
      },
    ],
  });
  const receiver = await startOtlpReceiver();
  const site = await startPageSite('');
  const script = outputFiles[0]?.text
    .replace('https://otlp.example.com', receiver.url)
    .replace('wss://chat.example.com/rooms/7', `${site.url.replace('http', 'ws')}/close/1011/`);
  const app = await startPageSite(script ?? '');
  const page = await browser.newPage();
  await page.goto(app.url);
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual([
    '/close/1011/ client 1011 clean remote server_error error=server_error',
  ]);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'chat-web' });
  await page.close();
  await Promise.all([app.close(), site.close(), receiver.close()]);
});
