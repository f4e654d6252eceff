import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/overlapping-app.mjs', import.meta.url));

describe.each(NODE_VERSIONS.filter((version) => version > 20))('on Node %s', (version) => {
  const binary = nodeBinary(version);

  it.skipIf(!binary)('each of several sockets to one URL has the record of its own end', async () => {
    const receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const { exitCode, stderr } = await runNode(binary ?? '', [program], env);
    await receiver.close();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const closes = receiver.spans
      .filter(({ kind }) => kind === 3)
      .map(({ attributes }) => [
        attributes['url.path'],
        attributes['websocket.close.code'],
        attributes['websocket.close.initiator'],
        attributes['websocket.close.cause'],
        'websocket.connection.duration' in attributes,
      ]);
    expect(closes.sort()).toEqual(
      [
        ['/early', 4001, 'local', 'local_close', false],
        ['/early', 4002, 'local', 'local_close', true],
        ['/as-it-opens', 4004, 'local', 'local_close', true],
        ['/as-it-opens', 4005, 'local', 'local_close', true],
        ['/as-it-opens', 4006, 'local', 'local_close', true],
        ['/two', 1006, 'local', 'aborted_connecting', false],
        ['/two', 4003, 'local', 'local_close', true],
      ].sort(),
    );
  });
});
