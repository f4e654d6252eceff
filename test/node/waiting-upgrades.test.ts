import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/waiting-upgrades.mjs', import.meta.url));

it.each(['wire', 'known libraries only'])(
  'a handshake that gets no response keeps no buffer of its request in memory: %s',
  async (mode) => {
    const { stdout } = await runNode(process.execPath, ['--expose-gc', PROGRAM, mode]);
    expect(stdout).toMatch(/^-?\d+\n$/);
    expect(Number(stdout)).toBeLessThan(2000);
  },
);
