import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithNitro, createNitro, prepare } from 'nitropack';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BUNDLERS, type Bundler } from '../helpers/bundlers.ts';
import { printed, runNode, startNode } from '../helpers/run-node.ts';

const fixture = (file: string) => fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
const register = import.meta.resolve('@closespan/node/register');

/** Builds for a function of a cloud: one minified CommonJS file, without the optional packages of `ws`. */
const asFunction: Bundler = async ({ file, outDir }) => {
  const { warnings } = await buildWithEsbuild({
    entryPoints: { entry: file },
    outdir: outDir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    // Without the paths of this repository, so that the built packages are bundled.
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  return warnings.map(({ text }) => text);
};
const builds: Readonly<Record<string, { readonly build: Bundler }>> = {
  ...BUNDLERS,
  'esbuild, as a function': { build: asFunction },
};

let outDir: string;
let receiver: OtlpReceiver;
beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'wire-'));
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await receiver.close();
  await rm(outDir, { recursive: true });
});

// Bundles of esbuild with every ending run in test/node/wire-endings.test.ts.
it.each([
  { name: 'webpack', file: 'close-both-ends.mjs', args: ['--import', register] },
  { name: 'vite', file: 'close-both-ends.mjs', args: ['--import', register] },
  { name: 'esbuild, as a function', file: 'close-both-ends.mjs', args: ['--import', register] },
  { name: 'esbuild, as a function', file: 'start-and-close-both-ends.mjs', args: [] },
  { name: 'esbuild, as a function', file: 'start-and-close-both-ends.mjs', args: ['--import', register] },
])('an app in one file of $name has a record of each end: $file, $args.0', async ({ name, file, args }) => {
  await builds[name]?.build({ file: fixture(file), outDir, target: 'node' });
  const { exitCode, stderr } = await runNode(process.execPath, [...args, join(outDir, 'entry.js')], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/room client 4001 clean local local_close reason=bye',
    '/room server 4001 clean remote remote_close reason=bye',
  ]);
});

it('a server that Nitro has built, with the ws of crossws, has one record of a connection', async () => {
  const nitro = await createNitro({
    rootDir: fixture('nitro'),
    buildDir: join(outDir, 'build'),
    output: { dir: outDir },
    preset: 'node-server',
    compatibilityDate: '2026-01-01',
    experimental: { websocket: true },
    typescript: { generateTsConfig: false },
    sourceMap: false,
    logLevel: 0,
  });
  await prepare(nitro);
  await buildWithNitro(nitro);
  await nitro.close();
  const path = join(outDir, 'nitro.sock');
  const { child, end } = startNode(
    process.execPath,
    ['--import', register, join(outDir, 'server', 'index.mjs')],
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, NITRO_UNIX_SOCKET: path },
  );
  await printed(child, 'Listening');
  const client = new WebSocket(`ws+unix://${path}:/room?token=secret`);
  await once(client, 'open');
  client.send('hello');
  await once(client, 'close');
  await expect.poll(() => receiver.spans.map(closeLine), { timeout: 20_000 }).toHaveLength(1);
  child.kill();
  expect((await end).stderr).toBe('');
  expect(receiver.spans.map(closeLine)).toEqual(['/room server 4003 clean local local_close reason=full']);
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
});
