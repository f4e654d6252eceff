import { instrumentWebSockets } from '@closespan/node';
import { createCloseStore, createPageHandler, startClosespanReceiver } from 'closespan/receiver';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endingPanel } from '../../examples/demo/ending-panel.ts';
import { type EndingServer, startEndingServer } from '../../examples/demo/ending-server.ts';
import { ENDINGS } from '../../examples/demo/endings.ts';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';

let browser: Browser;
let server: EndingServer;
beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

it('the buttons of the demo end connections of the visitor, and both ends arrive', async () => {
  const store = createCloseStore();
  const receiver = await startClosespanReceiver({
    port: 0,
    store,
    serve: (request, response) => serve(request, response),
  });
  const handle = instrumentWebSockets({
    serviceName: 'demo',
    acceptCarriers: ['query'],
    otlp: { url: receiver.url },
  });
  server = await startEndingServer();
  const serve = createPageHandler(store, { extension: await endingPanel(server) });
  const page = await browser.newPage();
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|TrustedHTML/.test(message.text())) refused.push(message.text());
  });
  await page.goto(receiver.url);

  const closes = () =>
    store.closes
      .filter(({ span }) => span.kind === 3)
      .map(({ span }) => `${span.attributes['url.path']} ${span.attributes['websocket.close.code']}`);
  const expected: string[] = [];
  for (const { title, path, code } of ENDINGS.filter(({ inPage }) => inPage)) {
    await page.getByRole('button', { name: title, exact: true }).click();
    expected.push(`${path} ${code}`);
    await expect.poll(closes, { timeout: 20_000 }).toEqual(expected);
  }
  await page.getByRole('button', { name: 'Leave the page with a connection open' }).click();
  expected.push('/left-open 1001');
  await expect.poll(closes, { timeout: 20_000 }).toEqual(expected);

  await handle.forceFlush();
  const [first] = store.closes.filter(({ span }) => span.kind === 3);
  const other = first && store.otherEnd(first);
  expect(other?.span.attributes).toMatchObject({ 'url.path': '/normal', 'websocket.close.code': 1000 });
  expect(refused).toEqual([]);
  await handle.shutdown();
  await receiver.close();
});
