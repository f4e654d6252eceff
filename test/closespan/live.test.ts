import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { startNode } from '../helpers/run-node.ts';
import { bundlePage, type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import type {} from '../pages/fixtures/obey-delivery-test.ts';
import { type Closespan, startClosespan } from './start-closespan.ts';

let browser: Browser;
let site: PageSite;
let program: Closespan;
let url: string;
beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
  site = await startPageSite(await bundlePage('test/pages/fixtures/obey-delivery-test.ts'));
  program = startClosespan(['--port', '0']);
  url = await program.url();
});
afterAll(async () => {
  await program.stop();
  await browser.close();
  await site.close();
});

/** Longest time from a close to its line, in milliseconds. */
const MOST = 2000;

it('shows a close of Node within 2 s, with the defaults of the adapter', async () => {
  const script = `
    require('@closespan/node').instrumentWebSockets({ serviceName: 'node-app' });
    const socket = new (require('ws').WebSocket)(process.argv[1]);
    socket.on('close', () => console.log(Date.now()));
    setTimeout(() => {}, 60_000);`;
  const address = `${site.url.replace('http', 'ws')}/close/1011`;
  const { child, end } = startNode(process.execPath, ['-e', script, address], {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
  });
  await program.line('node-app');
  const shown = Date.now();
  child.kill('SIGKILL');
  expect(shown - Number((await end).stdout)).toBeLessThan(MOST);
});

it('shows a close of a page within 2 s', async () => {
  const page = await browser.newPage();
  await page.goto(site.url);
  const shown = program.line(/1012 Service Restart .* page-app/).then(() => Date.now());
  const closed = await page.evaluate(async (otlp) => {
    app.start({ otlp: { url: otlp }, serviceName: 'page-app' });
    await app.end('/close/1012');
    return Date.now();
  }, url);
  expect((await shown) - closed).toBeLessThan(MOST);
  await page.close();
});
