import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { connectWhenUp } from '../helpers/connect-when-up.ts';
import { createSampleApps, type SampleApps } from '../helpers/create-sample-apps.ts';
import { freePort } from '../helpers/free-port.ts';
import { sampleOf } from '../helpers/read-samples.ts';
import { nodeBinary, type ProgramEnd, runNode, startNode } from '../helpers/run-node.ts';
import { startPageSite } from '../helpers/start-page-site.ts';
import { NODE_ENDS, PAGE_ENDS, PAGE_SERVER } from './sample-runs.ts';

const node = nodeBinary(24) ?? process.execPath;

let browser: Browser;
let apps: SampleApps;
let receiver: OtlpReceiver;
let port: number;

beforeAll(async () => {
  [browser, apps] = await Promise.all([chromium.launch(chromiumLaunchOptions()), createSampleApps()]);
});
afterAll(() => Promise.all([browser?.close(), apps?.remove()]));
beforeEach(async () => {
  [receiver, port] = await Promise.all([startOtlpReceiver(), freePort()]);
});
afterEach(() => receiver.close());

it.each(linesOf(NODE_ENDS))('Node and Node, after npm install %s', async (line) => {
  const [, server = '', client = ''] = await apps.write(line, NODE_ENDS, { 8080: String(port) });
  const stop = await serve(server);
  expect(await runNode(node, [client], environment('client'))).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await stop()).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expectOneTrace();
});

it.each(PAGE_ENDS)('a page and Node: %s', async (id) => {
  const [serverLine = ''] = linesOf(PAGE_SERVER);
  const [, server = ''] = await apps.write(serverLine, PAGE_SERVER, { 8080: String(port) });
  const stop = await serve(server);
  const [line = ''] = linesOf([id]);
  const [script = ''] = await apps.write(line, [id], {
    'https://otlp.example.com': receiver.url,
    'wss://chat.example.com': `ws://127.0.0.1:${port}`,
  });
  const { outputFiles } = await build({ entryPoints: [script], bundle: true, format: 'esm', write: false });
  const site = await startPageSite(outputFiles[0]?.text ?? '');
  const page = await browser.newPage();
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(site.url);
  // Of the page, a close and the span of the app.
  await expect
    .poll(() => receiver.spans.filter(({ kind }) => kind !== 2).length, { timeout: 30_000 })
    .toBe(2);
  await page.close();
  await site.close();
  expect(errors).toEqual([]);
  expect(await stop()).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  expectOneTrace();
});

/** Starts the server; returns what ends it, once it has sent its closes. */
async function serve(program: string): Promise<() => Promise<ProgramEnd>> {
  const { child, end } = startNode(node, [program], environment('server'));
  const probe = await connectWhenUp(`ws://127.0.0.1:${port}/probe`);
  probe.close();
  return () => {
    child.kill('SIGTERM');
    return end;
  };
}

/** Expects in the trace of the app's span the close of each end. */
function expectOneTrace(): void {
  const app = receiver.spans.find(({ name }) => name === 'join room');
  const closes = receiver.spans.filter(({ attributes }) => attributes['url.path'] === '/rooms/7');
  expect(app).toBeDefined();
  expect(closes.map(({ kind }) => kind).sort()).toEqual([2, 3]);
  for (const close of closes)
    expect(close).toMatchObject({ traceId: app?.traceId, parentSpanId: app?.spanId });
  expect(new Set(closes.map(({ attributes }) => attributes['websocket.connection.id'])).size).toBe(1);
}

/** The install lines that all of some samples have. */
function linesOf(ids: readonly string[]): string[] {
  const [first = [], ...others] = ids.map((id) => sampleOf(id).installs);
  return first.filter((line) => others.every((lines) => lines.includes(line)));
}

function environment(service: string): Record<string, string> {
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    // The receiver reads JSON.
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  };
}
