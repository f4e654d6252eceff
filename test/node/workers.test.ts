import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

/** The codes with which each program closes connections. */
const PROGRAMS = [
  [
    'close-in-worker-threads.mjs',
    (version: number) => (version === 20 ? [4001, 4002, 4003] : [4001, 4001, 4002, 4002, 4003, 4003]),
  ],
  ['close-in-cluster.mjs', () => [4001, 4002, 4003, 4004]],
] as const;

describe.each(NODE_VERSIONS)('on Node %s', (version) => {
  const binary = nodeBinary(version);

  it.skipIf(!binary).each(PROGRAMS)(
    'each thread and process of %s records its own ends once',
    async (file, codesOf) => {
      const receiver = await startOtlpReceiver();
      const program = fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
      const { exitCode, stderr } = await runNode(binary ?? '', [program], env);
      await receiver.close();
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const codes = codesOf(version);
      expect(receiver.spans.map(closeLine).sort()).toEqual([
        ...codes.map((code) => `/ client ${code} clean local local_close`),
        ...codes.map((code) => `/ server ${code} clean remote remote_close`),
      ]);
    },
  );
});
