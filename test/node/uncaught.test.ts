import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/fail-handshakes-uncaught.mjs', import.meta.url));
const cases = NODE_VERSIONS.flatMap((version) => ['ws', 'ws7'].map((name) => ({ version, name })));

describe.each(cases)('on Node $version, with $name', ({ version, name }) => {
  const binary = nodeBinary(version);

  it.skipIf(!binary)('a failed handshake whose error goes uncaught has one record', async () => {
    const receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const [bare, instrumented] = await Promise.all([
      runNode(binary ?? '', [program, name]),
      runNode(binary ?? '', [program, name, 'instrumented'], env),
    ]);
    await receiver.close();
    expect(instrumented).toMatchObject({ exitCode: 0, stderr: '' });
    const withoutPorts = (stdout = '') => stdout.replace(/:\d+/g, '');
    expect(withoutPorts(instrumented.stdout)).toBe(withoutPorts(bare.stdout));

    const seen: Record<string, unknown[]> = JSON.parse(bare.stdout);
    // Where the app saw no `close`, the record is synthetic.
    const synthetic = (path: string) => (seen[path]?.includes(1006) ? '' : ' synthetic');
    const clients = receiver.spans.filter(({ kind }) => kind === 3);
    expect(clients.map(closeLine)).toEqual([
      `/refused client 1006 unclean none handshake_rejected${synthetic('refused')} status=401 error=401`,
      '/nobody client 1006 unclean none handshake_failed synthetic error=ECONNREFUSED',
      '/forged client 1006 unclean none handshake_failed error=handshake_failed',
      `/silent client 1006 unclean none handshake_timeout${synthetic('silent')} error=handshake_timeout`,
      `/given-up client 1006 unclean local aborted_connecting${synthetic('given-up')}`,
    ]);
  });
});
