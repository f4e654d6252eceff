import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

const program = fileURLToPath(new URL('fixtures/uncaught-app.mjs', import.meta.url));
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
    const closes = receiver.spans.map(({ attributes }) => [
      attributes['url.path'],
      attributes['websocket.close.code'],
      attributes['websocket.close.initiator'],
      attributes['error.type'],
      attributes['websocket.close.synthetic'] ?? false,
    ]);
    const synthetic = (path: string) => !seen[path]?.includes(1006);
    expect(closes).toEqual([
      ['/refused', 1006, 'none', '401', synthetic('refused')],
      ['/nobody', 1006, 'none', 'ECONNREFUSED', true],
      ['/forged', 1006, 'none', 'handshake_failed', false],
      ['/silent', 1006, 'none', 'handshake_timeout', synthetic('silent')],
      ['/given-up', 1006, 'local', undefined, synthetic('given-up')],
    ]);
  });
});
