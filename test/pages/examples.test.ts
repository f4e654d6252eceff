import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
