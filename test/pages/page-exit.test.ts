import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type OtlpReceiver, startOtlpReceiver } from '../../examples/demo/otlp-receiver.ts';
import { chromiumLaunchOptions } from '../helpers/chromium.ts';

let browser: Browser;
let site: Server;
let sockets: WebSocketServer;
let receiver: OtlpReceiver;
let page: Page;
let address: string;

beforeAll(async () => {
  const [{ text: script = '' } = {}] = (
    await build({
      stdin: {
        contents: `
          import { instrumentWebSockets } from '@closespan/browser';
          const otlp = { url: new URLSearchParams(location.search).get('otlp') };
          if (otlp.url) instrumentWebSockets({ serviceName: 'page', otlp });
          const socket = new WebSocket('ws://' + location.host + '/chat');
          socket.onopen = () => { document.title = 'open'; };`,
        resolveDir: import.meta.dirname,
      },
      bundle: true,
      format: 'esm',
      write: false,
    })
  ).outputFiles;
  site = createServer(({ url = '' }, response) => {
    const isScript = url.startsWith('/page.js');
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  sockets = new WebSocketServer({ server: site });
  address = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  browser = await chromium.launch(chromiumLaunchOptions());
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  page = await browser.newPage();
});
afterEach(async () => {
  await page.close();
  await receiver.close();
});
afterAll(async () => {
  await browser?.close();
  sockets.close();
  site.closeAllConnections();
  site.close();
});

it.each<[string, (page: Page) => Promise<unknown>]>([
  ['a navigation', (left) => left.goto('about:blank')],
  ['a reload', (left) => left.reload()],
  ['a closed tab', (left) => left.close({ runBeforeUnload: true })],
])('%s leaves one span for the socket that was open', async (_title, leave) => {
  const accepted = once(sockets, 'connection');
  await page.goto(`${address}/?otlp=${receiver.url}`);
  const [peer] = await accepted;
  await page.waitForFunction(() => document.title === 'open');
  const closed = once(peer, 'close');
  await leave(page);
  const [code] = await closed;
  const [span] = await receiver.waitForSpans(1);
  expect(code).toBe(1001);
  expect(span).toMatchObject({
    statusCode: 0,
    resource: { 'service.name': 'page' },
    attributes: {
      'websocket.close.code': code,
      'websocket.close.cause': 'page_exit',
      'websocket.close.initiator': 'local',
      'websocket.close.synthetic': true,
      'url.path': '/chat',
    },
  });
  expect(receiver.spans).toHaveLength(1);
});
