import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS, withoutCloseEvent } from '../helpers/undici-clients.ts';

/** OTLP's number for the spans of clients. */
const CLIENT = 3;

interface Output {
  readonly port: number;
  readonly requests: Record<string, readonly [target: string, hasContext: boolean]>;
  readonly recorded: readonly string[];
}

/** Of `fixtures/rewrite-undici-urls.mjs`. */
const KINDS = ['proxy', 'dns', 'host'];

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/rewrite-undici-urls.mjs', import.meta.url));
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
    receiver.spans.filter(
      ({ kind, attributes }) => kind === CLIENT && String(attributes['url.full']).endsWith(path),
    );

  const authorityOf = (kind: string) =>
    ({ proxy: 'chat.example', host: `127.0.0.1:${output.port}` })[kind] ?? `chat.example:${output.port}`;

  it.skipIf(!binary).each(KINDS)('records the URL of the app: %s', (kind) => {
    const authority = authorityOf(kind);
    const [address] = authority.split(':');
    expect(spansOf(`/${kind}/answer`).map(placeAndLine)).toEqual([
      [
        `ws://${authority}/${kind}/answer`,
        address,
        `/${kind}/answer client 4001 clean local local_close reason=ok`,
      ],
    ]);
    // undici 6 does not tell whose handshake has failed.
    if (kind === 'host' && !firesClose) return;
    const refused = `/${kind}/refuse client 1006 unclean none handshake_rejected status=403 error=403`;
    expect(spansOf(`/${kind}/refuse`).map(placeAndLine)).toEqual([
      [`ws://${authority}/${kind}/refuse`, address, firesClose ? refused : withoutCloseEvent(refused)],
    ]);
  });

  it.skipIf(!binary)('joins a call of close() with a request to an address', () => {
    const base = `ws://chat.example:${output.port}/dns`;
    const aborted = '/dns/abort client 1006 unclean local aborted_connecting';
    expect(spansOf('/dns/abort').map(placeAndLine)).toEqual([
      [`${base}/abort`, 'chat.example', firesClose ? aborted : withoutCloseEvent(aborted)],
    ]);
    if (client === 'global' || !firesClose) return;
    expect(spansOf('/dns/stream').map(placeAndLine)).toEqual([
      [
        `${base}/stream`,
        'chat.example',
        '/dns/stream client 4001 clean local local_close reason=ok requested_code=4002',
      ],
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

function placeAndLine(span: ReceivedSpan): unknown[] {
  return [span.attributes['url.full'], span.attributes['server.address'], closeLine(span)];
}
