import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

interface Output {
  readonly port: number;
  readonly requests: Record<string, readonly [target: string, hasContext: boolean]>;
  readonly recorded: readonly string[];
}

/** Of `fixtures/undici-urls-app.mjs`. */
const KINDS = ['proxy', 'dns', 'host'];

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/undici-urls-app.mjs', import.meta.url));
  let receiver: OtlpReceiver;
  let output: Output;

  beforeAll(async () => {
    if (!binary) return;
    receiver = await startOtlpReceiver();
    const { exitCode, stdout, stderr } = await runNode(
      binary,
      ['--no-warnings', program, `client=${client}${firesClose ? '&firesClose=yes' : ''}`],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    output = JSON.parse(stdout);
  }, 60_000);
  afterAll(() => receiver?.close());

  const spansOf = (path: string) =>
    receiver.spans.filter(({ attributes }) => String(attributes['url.full']).endsWith(path));

  const authorityOf = (kind: string) =>
    ({ proxy: 'chat.example', host: `127.0.0.1:${output.port}` })[kind] ?? `chat.example:${output.port}`;

  it.skipIf(!binary).each(KINDS)('records the URL of the app: %s', (kind) => {
    const authority = authorityOf(kind);
    const [address] = authority.split(':');
    expect(spansOf(`/${kind}/answer`).map(facts)).toEqual([
      [`ws://${authority}/${kind}/answer`, address, 4001, undefined, undefined],
    ]);
    // undici 6 does not tell whose handshake has failed.
    if (kind === 'host' && !firesClose) return;
    expect(spansOf(`/${kind}/refuse`).map(facts)).toEqual([
      [`ws://${authority}/${kind}/refuse`, address, 1006, undefined, 403],
    ]);
  });

  it.skipIf(!binary)('joins a call of close() with a request to an address', () => {
    const { address, ...all } = { address: 'chat.example', url: `ws://chat.example:${output.port}/dns` };
    expect(spansOf('/dns/abort').map(facts)).toEqual([
      [`${all.url}/abort`, address, 1006, undefined, undefined],
    ]);
    const initiators = spansOf('/dns/abort').map(({ attributes }) => attributes['websocket.close.initiator']);
    expect(initiators).toEqual(['local']);
    if (client === 'global' || !firesClose) return;
    expect(spansOf('/dns/stream').map(facts)).toEqual([
      [`${all.url}/stream`, address, 4001, 4002, undefined],
    ]);
  });

  it.skipIf(!binary || !firesClose).each(KINDS)('records a refusal at its close event: %s', (kind) => {
    const { recorded } = output;
    expect(recorded.indexOf(`${kind}/refuse`)).toBeLessThan(recorded.indexOf(`${kind}/answer`));
  });

  it.skipIf(!binary).each(['proxy', 'dns'])('ignores by the URL of the app: %s', (kind) => {
    expect(spansOf(`/${kind}/ignored`)).toEqual([]);
    expect(output.requests[`${kind}/ignored`]?.[1]).toBe(false);
    expect(output.requests[`${kind}/answer`]?.[1]).toBe(true);
  });

  it.skipIf(!binary)('asks a proxy for the whole URL', () => {
    expect(output.requests['proxy/answer']?.[0]).toBe('http://chat.example/proxy/answer');
  });
});

function facts({ attributes }: ReceivedSpan): unknown[] {
  return [
    attributes['url.full'],
    attributes['server.address'],
    attributes['websocket.close.code'],
    attributes['websocket.close.requested_code'],
    attributes['http.response.status_code'],
  ];
}
