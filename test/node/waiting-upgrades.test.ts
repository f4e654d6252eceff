import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/waiting-upgrades.mjs', import.meta.url));

it.each(['wire', 'known libraries only'])(
  'a handshake that gets no response keeps neither buffers nor long texts of its request in memory: %s',
  async (mode) => {
    const { stdout } = await runNode(process.execPath, ['--expose-gc', PROGRAM, mode]);
    const { bytes, refused } = JSON.parse(stdout);
    // Both ends have a socket.
    expect(bytes).toBeLessThan(12_000);
    expect(refused).toEqual(['server', 403, 'localhost', '/pp', '7468652073616d70']);
  },
);
