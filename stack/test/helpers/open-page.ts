import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { chromiumLaunchOptions } from '../../../test/helpers/chromium-launch-options.ts';

/** A page with the SDK in a real Chromium. */
export interface OpenPage {
  /** `http://127.0.0.1:…`; the page is also served at `http://localhost:…`. */
  readonly origin: string;
  /** Opens connections to addresses that end them, and resolves when all have ended and their spans were sent. */
  endAll(urls: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('../fixtures/end-page-connections.ts', import.meta.url));

/**
 * Opens a page that sends to `otlp`.
 * @param host what the page is served from, and so its origin
 */
export async function openPage(
  service: string,
  otlp: string,
  host: '127.0.0.1' | 'localhost' = '127.0.0.1',
): Promise<OpenPage> {
  const { outputFiles } = await build({
    entryPoints: [SCRIPT],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const site = createServer(({ url = '' }, response) => {
    const isScript = url.startsWith('/page.js');
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript ? outputFiles[0]?.text : '<!doctype html><script type="module" src="/page.js"></script>',
    );
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const origin = `http://${host}:${(site.address() as AddressInfo).port}`;
  const browser = await chromium.launch(chromiumLaunchOptions());
  const page = await browser.newPage();
  await page.goto(`${origin}/?${new URLSearchParams({ service, otlp })}`);
  await page.waitForFunction('globalThis.endAll');
  return {
    origin,
    async endAll(urls) {
      await page.evaluate(`endAll(${JSON.stringify(urls)})`);
    },
    async close() {
      await browser.close();
      site.closeAllConnections();
      site.close();
    },
  };
}
