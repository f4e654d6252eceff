import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const app = fileURLToPath(new URL('fixtures/import-statically.mjs', import.meta.url));

it.each(NODE_VERSIONS)('a module that was linked before the call is observed on Node %i', async (version) => {
  const { stdout, stderr } = await runNode(nodeBinary(version) ?? process.execPath, [app]);
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n').sort()).toEqual(['/linked client 4000', '/linked server 4000']);
});
