import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';
import { nodeBinary, startNode } from '../helpers/run-node.ts';

const app = fileURLToPath(new URL('fixtures/lose-connection.mjs', import.meta.url));
const NODE = nodeBinary(24) ?? process.execPath;

let receiver: OtlpReceiver;
let server: RestartingServer;
let spool: string;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  server = await startRestartingServer();
  server.onMessage(() => void server.stop());
  spool = await mkdtemp(join(tmpdir(), 'closespan-'));
});
afterEach(async () => {
  await server.close();
  await receiver.close();
  await rm(spool, { recursive: true });
});

const run = (args: string[], env: Record<string, string> = {}) =>
  startNode(NODE, ['--import', '@closespan/node/register', ...args], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    CLOSESPAN_EXIT_TIMEOUT: '60000',
    ...env,
  }).end;
const outages = () =>
  receiver.spans
    .filter(({ name }) => name === 'websocket.reconnect')
    .map(({ statusCode, attributes }) => [
      statusCode,
      attributes['websocket.close.cause'],
      attributes['websocket.reconnect.attempts'],
    ]);

it.each([
  ['has nothing left to do', 'idle'],
  ['is killed by a signal', 'kill'],
])('a process that %s while it is down sends the outage', async (_how, ending) => {
  await run([app, server.url, ending]);
  expect(outages()).toEqual([[2, 'connection_lost', 1]]);
});

it('a process with a spool stores the outage when it exits, and the next one sends it', async () => {
  await run([app, server.url, 'exit'], { CLOSESPAN_SPOOL: spool });
  expect(outages()).toEqual([]);
  await run(['--eval', 'setTimeout(() => {}, 200)'], { CLOSESPAN_SPOOL: spool });
  expect(outages()).toEqual([[2, 'connection_lost', 1]]);
});

it('sends no outage with CLOSESPAN_RECONNECTS=false', async () => {
  await run([app, server.url, 'idle'], { CLOSESPAN_RECONNECTS: 'false' });
  expect(receiver.spans.map(({ name }) => name)).toEqual(['websocket.close', 'websocket.close']);
});
