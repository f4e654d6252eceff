import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const register = import.meta.resolve('@closespan/node/register');

it('Express, Fastify, Socket.IO and Hocuspocus in one file have one record of each end', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bundled-'));
  const outfile = join(directory, 'app.cjs');
  await build({
    entryPoints: [fileURLToPath(new URL('fixtures/bundled-app.cjs', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    minify: true,
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'silent',
  });
  const receiver = await startOtlpReceiver();
  const { exitCode, stderr } = await runNode(process.execPath, ['--import', register, outfile], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  await receiver.close();
  await rm(directory, { recursive: true });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/express client 4001 clean remote remote_close',
    '/express server 4001 clean local local_close',
    '/fastify client 4002 clean remote remote_close',
    '/fastify server 4002 clean local local_close',
    '/hocuspocus client 4003 clean local local_close',
    '/hocuspocus server 4003 clean remote remote_close',
    '/socket.io/ client 1005 clean remote remote_close',
    '/socket.io/ server 1005 clean local local_close',
  ]);
  const ids = receiver.spans.map(({ attributes }) => attributes['websocket.connection.id']);
  expect(new Set(ids).size).toBe(4);
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
});
