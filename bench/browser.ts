import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { WebSocketServer } from 'ws';
import { chromiumLaunchOptions } from '../test/helpers/chromium-launch-options.ts';
import { ratioOf, report, SMOKE } from './figure.ts';
import type {} from './page/figures.ts';
import { rendererTime } from './page/renderer-time.ts';

// The cost in a page, against the browser's own WebSocket, or OpenTelemetry's SDK, in the same page.

const ROUNDS = SMOKE ? 2 : 200;
const MESSAGES = SMOKE ? 20 : 1000;
const SOCKETS = SMOKE ? 2 : 5;
const CLOSES = SMOKE ? 20 : 200;

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const script = await bundle('page/figures.ts');
const site = createServer(({ url }, response) => {
  const isScript = url === '/figures.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : '<!doctype html><script src="/figures.js"></script>');
});
site.listen(0, '127.0.0.1');
await once(site, 'listening');
const sockets = new WebSocketServer({ server: site });
sockets.on('connection', (peer) => peer.on('message', (data) => peer.send(String(data))));
const browser = await chromium.launch(chromiumLaunchOptions());
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);

const pageTime = await rendererTime(browser);

const [ours, sdk] = await Promise.all([
  readFile(file('../packages/browser/dist/closespan.js'), 'utf8'),
  bundle('page/sdk-alone.ts'),
]);
report({
  title: 'page: evaluation of the one file, against the SDK alone',
  value: await page.evaluate(
    ([rounds, baseline, candidate]) => benchFigures.evaluation(rounds, baseline, candidate),
    [ROUNDS, sdk, ours] as const,
  ),
  unit: '×',
  target: 1.3,
});
for (const { title, counted, target } of [
  { title: 'page: message echo, CPU against native', counted: false, target: 1.02 },
  { title: 'page: the same with messages: true', counted: true, target: 1.05 },
]) {
  await page.evaluate((counted) => benchFigures.openEchoes(counted), counted);
  report({
    title,
    value: await ratioOf(
      ROUNDS,
      () => echoTime('native'),
      () => echoTime('observed'),
    ),
    unit: '×',
    target,
  });
  await page.evaluate(() => benchFigures.closeEchoes());
}
report({
  title: 'page: new WebSocket(), against native',
  value: await page.evaluate(([rounds, sockets]) => benchFigures.construction(rounds, sockets), [
    ROUNDS / 2,
    SOCKETS,
  ] as const),
  unit: '×',
  target: 1.25,
});

let status = 503;
const receiver = await startOtlpReceiver({ status: () => status });
await page.evaluate(([count, url]) => benchFigures.closes(count, url), [CLOSES, receiver.url] as const);
status = 200;
// What a browser tells when its network is back; else the next try is some seconds off.
await page.evaluate(() => dispatchEvent(new Event('online')));
await receiver.waitForSpans(CLOSES);
report({
  title: `page: ${CLOSES} closes with the receiver down, then up`,
  value: CLOSES - new Set(receiver.spans.map(({ spanId }) => spanId)).size,
  unit: 'lost',
  target: 0,
});

await browser.close();
await receiver.close();
for (const peer of sockets.clients) peer.terminate();
site.closeAllConnections();
site.close();

/** Processor time that the page needs for messages there and back. */
async function echoTime(how: 'native' | 'observed'): Promise<number> {
  const before = pageTime();
  await page.evaluate(([how, messages]) => benchFigures.echo(how, messages), [how, MESSAGES] as const);
  return pageTime() - before;
}

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file(name)],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
