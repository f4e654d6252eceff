import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, report, SMOKE } from './figure.ts';

// The memory that an open connection takes: idle sockets, observed minus bare, in a process each. Heap and typed arrays
// count. The other ends are in another process.

const SOCKETS = SMOKE ? 100 : 4096;
const ROUNDS = SMOKE ? 1 : 3;
const OPEN_SOCKETS = fileURLToPath(new URL('open-sockets.ts', import.meta.url));
const run = promisify(execFile);

type Kind = 'client' | 'pinging' | 'server' | 'wire-client' | 'wire-server';

const client = await added('client');
report({ title: 'memory an open ws client adds', value: client, unit: 'bytes', target: 144 });
report({
  title: 'memory that such a client adds once it has sent a ping',
  value: (await added('pinging')) - client,
  unit: 'bytes',
  target: 64,
});
report({
  title: 'memory an open ws server connection adds',
  value: await added('server'),
  unit: 'bytes',
  target: 128,
});
report({
  title: 'memory an open client on the wire adds',
  value: await added('wire-client'),
  unit: 'bytes',
  target: 832,
});
report({
  title: 'memory an open server connection on the wire adds',
  value: await added('wire-server'),
  unit: 'bytes',
  target: 832,
});

/** Bytes a connection, by the median of interleaved rounds. */
async function added(kind: Kind): Promise<number> {
  const differences: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await memoryOf(kind, 'bare');
    differences.push((await memoryOf(kind, 'observed')) - bare);
  }
  return median(differences);
}

async function memoryOf(kind: Kind, mode: 'bare' | 'observed'): Promise<number> {
  const { stdout } = await run(process.execPath, ['--expose-gc', OPEN_SOCKETS, kind, String(SOCKETS), mode]);
  return Number(stdout);
}
