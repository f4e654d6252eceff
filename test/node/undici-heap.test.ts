import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const GLOBALS = UNDICI_CLIENTS.filter(({ client, version }) => client === 'global' && version < 26);

it.each(GLOBALS)(
  'leaves nothing of 12,000 connections on the heap: Node $version, $client',
  async ({ client, binary }) => {
    if (!binary) return;
    const program = fileURLToPath(new URL('fixtures/measure-undici-heap.mjs', import.meta.url));
    const { exitCode, stdout } = await runNode(binary, [
      '--expose-gc',
      '--no-warnings',
      program,
      `client=${client}`,
    ]);
    expect(exitCode).toBe(0);
    const { closes, bytesPerCycle } = JSON.parse(stdout);
    expect(closes).toBe(12_000);
    // What is held of an open connection is several times as much.
    expect(bytesPerCycle).toBeLessThan(150);
  },
  180_000,
);
