import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { expect, it } from 'vitest';
import { BUNDLERS } from '../helpers/bundlers.ts';
import { runNode } from '../helpers/run-node.ts';

const file = fileURLToPath(new URL('fixtures/close-both-ends.mjs', import.meta.url));
const register = pathToFileURL(createRequire(import.meta.url).resolve('@closespan/node/register')).href;

// Bundles of esbuild run in test/node/wire-endings.test.ts.
it.each(['webpack', 'vite'])('an app in one file of %s has a record of each end', async (name) => {
  const outDir = await mkdtemp(join(tmpdir(), `wire-${name}-`));
  const receiver = await startOtlpReceiver();
  await BUNDLERS[name]?.build({ file, outDir, target: 'node' });
  const { exitCode, stderr } = await runNode(
    process.execPath,
    ['--import', register, join(outDir, 'entry.js')],
    { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  );
  await receiver.close();
  await rm(outDir, { recursive: true });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/room client 4001 clean local local_close reason=bye',
    '/room server 4001 clean remote remote_close reason=bye',
  ]);
});
