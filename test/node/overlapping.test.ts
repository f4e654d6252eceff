import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { withoutCloseEvent } from '../helpers/undici-clients.ts';

const program = fileURLToPath(new URL('fixtures/overlap-sockets.mjs', import.meta.url));

const ABORTED = '/two client 1006 unclean local aborted_connecting';

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
      .map((span) => [closeLine(span), 'websocket.connection.duration' in span.attributes]);
    expect(closes.sort()).toEqual([
      ['/as-it-opens client 4004 clean local local_close', true],
      ['/as-it-opens client 4005 clean local local_close', true],
      ['/as-it-opens client 4006 clean local local_close', true],
      ['/early client 4001 clean local local_close', false],
      ['/early client 4002 clean local local_close', true],
      [version === 22 ? withoutCloseEvent(ABORTED) : ABORTED, false],
      ['/two client 4003 clean local local_close', true],
    ]);
  });
});
