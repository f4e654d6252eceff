import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket as WebSocketClient } from 'ws';
import { connectWhenUp } from '../helpers/connect-when-up.ts';
import { createSampleApps, type SampleApps } from '../helpers/create-sample-apps.ts';
import { freePort } from '../helpers/free-port.ts';
import { readSamples, sampleOf } from '../helpers/read-samples.ts';
import { nodeBinary, runNode, startNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';
import { type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import * as runs from './sample-runs.ts';

const node = nodeBinary(24) ?? process.execPath;
const CONNECT = fileURLToPath(new URL('programs/open-connections.mjs', import.meta.url));

let apps: SampleApps;
let receiver: OtlpReceiver;
let site: PageSite;

beforeAll(async () => {
  apps = await createSampleApps();
});
afterAll(() => apps?.remove());
beforeEach(async () => {
  [receiver, site] = await Promise.all([startOtlpReceiver(), startPageSite('')]);
});
afterEach(() => Promise.all([receiver.close(), site.close()]));

it('every sample of every page is run', () => {
  const run = [
    ...[runs.STARTED, runs.PAGES].flatMap(Object.keys),
    ...[
      runs.PRINTING,
      runs.STORES,
      runs.NODE_ENDS,
      runs.PAGE_ENDS,
      runs.PAGE_SERVER,
      runs.REACT_NATIVE,
      runs.BESIDE,
      runs.PLACES,
    ].flat(),
    ...[runs.SERVER, runs.DENO_SERVER, runs.WORKERD_SERVER, runs.WORKER],
    ...[runs.BUN_HANDLERS, runs.DURABLE_OBJECT],
  ];
  expect([...new Set(run)].sort()).toEqual(
    readSamples()
      .map(({ id }) => id)
      .sort(),
  );
});

it.each(Object.entries(runs.STARTED))('%s', async (id, run) => {
  const { connections = [['/close/1011']], close = runs.FAILED, span = {}, samples } = run;
  const { path } = await written(id);
  const flag = path.endsWith('.cjs') ? '--require' : '--import';
  const end = await runNode(node, [flag, path, CONNECT], environment(connections));
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
  expect(receiver.spans.map(closeLine).at(-1)).toBe(close);
  expect(receiver.spans.at(-1)).toMatchObject(span);
  if (samples) expect(receiver.spans.length).toBeLessThan(connections.length);
  else expect(receiver.spans).toHaveLength(connections.length);
});

it.each(runs.PRINTING)('%s', async (id) => {
  const { path, text } = await written(id);
  const { stdout, stderr } = await runNode(node, [path]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/\S/);
  expect(text).toContain(`// ${stdout}`);
});

it(runs.SERVER, async () => {
  const port = await freePort();
  const { path } = await written(runs.SERVER, { 8080: String(port) });
  const { child, end } = startNode(node, [path], environment());
  const socket = await connectWhenUp(`ws://127.0.0.1:${port}/rooms/7`);
  const silent = new WebSocketClient(`ws://127.0.0.1:${port}/rooms/silent`);
  await once(silent, 'open');
  // It reads nothing more, and so responds to no Close frame.
  silent.pause();
  const closed = once(socket, 'close');
  const signalled = performance.now();
  child.kill('SIGTERM');
  expect((await closed)[0].code).toBe(1012);
  expect(await end).toMatchObject({ exitCode: 0, stderr: '' });
  // Docker kills a process after 10 seconds, Kubernetes after 30.
  expect(performance.now() - signalled).toBeLessThan(10_000);
  silent.terminate();
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/rooms/7 server 1012 clean local server_restart',
    '/rooms/silent server 1006 unclean local process_exit synthetic requested_code=1012',
  ]);
  expect(receiver.spans[0]?.resource).toMatchObject({ 'service.name': 'chat' });
});

describe('README.md › In Node, without a change of the app', () => {
  it.each(['--import', '--require'])('%s', async (flag) => {
    const folder = await apps.folderOf('@closespan/node @opentelemetry/api');
    const entry = flag === '--import' ? 'register.js' : 'register.cjs';
    const file = join(folder, 'node_modules/@closespan/node/dist', entry);
    const end = await runNode(node, [flag, file, CONNECT], environment([['/close/1011']]));
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(receiver.spans.map(closeLine)).toEqual([runs.FAILED]);
  });
});

it.skipIf(!DENO.binary)(runs.DENO_SERVER, async () => {
  const { path } = await written(runs.DENO_SERVER);
  const port = await freePort();
  const flags = ['run', '--no-lock', '--allow-net', '--allow-env', '--allow-read'];
  const { child, end } = startNode(DENO.binary ?? '', [...flags, path], {
    ...environment(),
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
  });
  const socket = await connectWhenUp(`ws://127.0.0.1:${port}/rooms/7`);
  socket.close(4000);
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual(['/rooms/7 server 4000 clean remote remote_close']);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'chat' });
  child.kill('SIGKILL');
  await end;
});

it.skipIf(!BUN.binary)(runs.BUN_HANDLERS, async () => {
  const { path } = await written(runs.BUN_HANDLERS);
  const port = await freePort();
  const { child, end } = startNode(BUN.binary ?? '', [path], { ...environment(), BUN_PORT: String(port) });
  const socket = await connectWhenUp(`ws://127.0.0.1:${port}/rooms/7`);
  socket.close(4000);
  const spans = await receiver.waitForSpans(1);
  expect(spans.map(closeLine)).toEqual(['/rooms/7 server 4000 clean remote remote_close']);
  expect(spans[0]?.resource).toMatchObject({ 'service.name': 'chat' });
  child.kill('SIGKILL');
  await end;
});

/** A sample's file in the folder of its install line. */
async function written(id: string, replace: Record<string, string> = {}) {
  const { installs, text } = sampleOf(id);
  const [path = ''] = await apps.write(installs[0] ?? '', [id], replace);
  return { path, text };
}

function environment(connections: readonly runs.Connection[] = []): Record<string, string> {
  const origin = site.url.replace('http', 'ws');
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    CONNECTIONS: JSON.stringify(connections.map(([path, ...rest]) => [origin + path, ...rest])),
  };
}
