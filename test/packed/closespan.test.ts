import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { installApp, packPackages } from '../helpers/install-packed-app.ts';
import { runNode } from '../helpers/run-node.ts';

/** Largest size of the installed package without its dependencies, in bytes. */
const MOST_BYTES = 150_000;

let folder: string;
let app: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closespan-look-'));
  app = join(folder, 'app');
  const tarballs = await packPackages(folder, ['core', 'node', 'closespan']);
  await installApp(app, ['ws@8.23.0', '@opentelemetry/api@1.9.1', ...tarballs]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is small, and needs no build', async () => {
  const root = join(app, 'node_modules/closespan');
  const files = (await readdir(root, { recursive: true })).filter((file) => !file.startsWith('node_modules'));
  const sizes = await Promise.all(files.map(async (file) => stat(join(root, file))));
  const bytes = sizes.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(files.filter((file) => /\.(?:node|gyp|map)$/.test(file))).toEqual([]);
});

it('explains the first close of an app that is not changed, by npx', async () => {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' };
  const program = spawn('npx', ['closespan', '--port', '0', '--once', '2'], { cwd: app, env });
  const lines: string[] = [];
  const reader = createInterface({ input: program.stdout });
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  const [url = ''] = /http:\S+/.exec(lines[0] ?? '') ?? [];
  const run = ['--import', '@closespan/node/register', join(app, 'close-unaware.mjs')];
  const end = await runNode(process.execPath, run, { OTEL_EXPORTER_OTLP_ENDPOINT: url });
  expect(end).toMatchObject({ exitCode: 0, stderr: '' });
  await once(program, 'close');
  expect(program.exitCode).toBe(0);
  expect(lines.filter((line) => / (?:client|server) 4001 /.test(line))).toHaveLength(2);
  expect(lines).toContain('           This end closed: 4001 (Private use).');
});

it('explains a code by npx', async () => {
  const program = spawn('npx', ['closespan', 'explain', '1006', '--idle', '60'], { cwd: app });
  let output = '';
  program.stdout.on('data', (text) => {
    output += text;
  });
  await once(program, 'close');
  expect(output).toContain('fits an idle limit of 60 s');
});
