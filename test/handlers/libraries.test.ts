import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { afterAll, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { BUN, DENO } from '../helpers/runtimes.ts';

const program = fileURLToPath(new URL('fixtures/serve-libraries.mjs', import.meta.url));
const cache = mkdtempSync(join(tmpdir(), 'closespan-deno-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Bun tells of an end of this end at once. Deno waits for the Close frame of the peer, which repeats the reason. */
const EXPECTED = {
  bun: [
    '/client server 4001 clean remote remote_close reason=bye',
    '/first server 4002 clean local local_close',
    '/peer server 4000 clean local local_close',
  ],
  deno: [
    '/client server 4001 clean remote remote_close reason=bye',
    '/first server 4002 clean local local_close',
    '/peer server 4000 clean local local_close reason=bye',
  ],
};

it.for([
  { runtime: BUN, library: 'crossws' },
  { runtime: BUN, library: 'hono' },
  { runtime: BUN, library: 'elysia' },
  { runtime: DENO, library: 'crossws' },
  { runtime: DENO, library: 'hono' },
])('$library in $runtime.name has one record a connection', async ({ runtime, library }, { skip }) => {
  const { name, binary, args } = runtime;
  if (!binary) return skip();
  const receiver = await startOtlpReceiver();
  const run = (mode: string) =>
    runNode(binary, [...args, program, library, mode], {
      DENO_DIR: cache,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    });
  const [bare, observed] = await Promise.all([run('bare'), run('observed')]);
  expect(observed).toMatchObject({ exitCode: 0, stderr: bare.stderr });
  expect(observed.stdout).toBe(bare.stdout);
  const servers = receiver.spans.filter(({ kind }) => kind === 2);
  expect(servers.map(closeLine).sort()).toEqual(EXPECTED[name]);
  for (const { attributes } of servers) {
    expect(attributes['app.library']).toBe(library);
    expect(attributes['websocket.connection.duration']).toBeGreaterThan(0);
  }
  expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  await receiver.close();
});
