import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

describe('@closespan/browser on a server that renders', () => {
  for (const version of NODE_VERSIONS) {
    const binary = nodeBinary(version);
    it.skipIf(!binary)(`touches nothing in Node ${version}, nor what @closespan/node observes`, async () => {
      const app = fileURLToPath(new URL('fixtures/load-page-code-on-server.mjs', import.meta.url));
      const { exitCode, stdout, stderr } = await runNode(binary ?? '', [app]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({ untouched: true, different: true });
    });
  }

  it('exports there what it exports in a page', async () => {
    const names = async (file: string) =>
      Object.keys(
        await import(fileURLToPath(new URL(`../../packages/browser/dist/${file}`, import.meta.url))),
      );
    expect((await names('server.js')).sort()).toEqual((await names('index.js')).sort());
    const { exports } = JSON.parse(
      readFileSync(new URL('../../packages/browser/package.json', import.meta.url), 'utf8'),
    );
    expect(Object.keys(exports['.'].import)).toEqual(['types', 'node', 'default']);
  });
});
