import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

const OPENED: Readonly<Record<string, readonly unknown[]>> = {
  answer: [4001, 'local', 'local_close', undefined],
  idle: [4001, 'local', 'local_close', undefined],
  remote: [1001, 'remote', 'remote_close', undefined],
  drop: [1006, 'none', 'connection_lost', 'connection_lost'],
};
const REFUSED = [1006, 'none', 'handshake_rejected', '403', 403];
const FAILED = [1006, 'none', 'handshake_failed', 'handshake_failed'];
const UNTRUSTED = [1006, 'none', 'handshake_failed', 'DEPTH_ZERO_SELF_SIGNED_CERT'];

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary }) => {
  it.skipIf(!binary)('records each connection over TLS and HTTP/2 once, and changes none', async () => {
    const program = fileURLToPath(new URL('fixtures/undici-tls-app.mjs', import.meta.url));
    const receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const run = (query: string) =>
      runNode(binary ?? '', ['--no-warnings', program, `client=${client}${query}`], env);
    const [bare, instrumented] = await Promise.all([run(''), run('&instrumented=yes')]);
    await receiver.close();
    expect(instrumented).toEqual(bare);
    expect(bare).toMatchObject({ exitCode: 0, stderr: '' });

    const seen: Record<string, { type: string }[]> = JSON.parse(bare.stdout);
    const expected = Object.entries(seen).map(([path, events]) => {
      const [over, ending = ''] = path.split('/');
      if (over === 'untrusted') return [path, ...UNTRUSTED];
      if (ending === 'refuse') return [path, ...REFUSED];
      // undici 8.10, of Node 26, does not take the answer of HTTP/2 that 8.12 takes.
      return [path, ...(events.some(({ type }) => type === 'open') ? (OPENED[ending] ?? []) : FAILED)];
    });
    const recorded = receiver.spans
      .filter(({ kind }) => kind === 3)
      .map(({ attributes }) => [
        String(attributes['url.path']).slice(1),
        attributes['websocket.close.code'],
        attributes['websocket.close.initiator'],
        attributes['websocket.close.cause'],
        attributes['error.type'],
        ...[attributes['http.response.status_code'] ?? []].flat(),
      ]);
    expect(recorded.sort()).toEqual(expected.sort());
    expect(expected).toHaveLength(16);
    if (client === 'undici8') expect(seen['h2/answer']?.[0]?.type).toBe('open');
  });
});
