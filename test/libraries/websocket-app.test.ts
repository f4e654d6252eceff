import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

/** Of each kind of client: six at its end, five at the server's, which refuses one. */
const CLOSES = 2 * (6 + 5);

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  const binary = nodeBinary(version);

  it.skipIf(!binary).each(['print-websocket-endings.mjs', 'print-websocket-endings.cjs'])(
    '%s sees the same, and each close is recorded once, whenever the package is loaded',
    async (file) => {
      const program = fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
      const receiver = await startOtlpReceiver();
      const closes = () => receiver.spans.filter(({ name }) => name === 'websocket.close');
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      const bare = await runNode(binary ?? '', [program, 'none'], env);
      expect(JSON.parse(bare.stdout)).toHaveLength(12);
      expect(receiver.spans).toHaveLength(0);
      expect(await runNode(binary ?? '', [program, 'before'], env)).toEqual(bare);
      expect(closes()).toHaveLength(CLOSES);
      expect(await runNode(binary ?? '', [program, 'after'], env)).toEqual(bare);
      expect(closes()).toHaveLength(2 * CLOSES);
      await receiver.close();
    },
  );
});

it('an app without `ws` is warned of nothing', async () => {
  const program = fileURLToPath(new URL('fixtures/connect-without-ws.cjs', import.meta.url));
  const { stdout, stderr } = await runNode(process.execPath, [program]);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(['client', 'client', 'server', 'server']);
});
