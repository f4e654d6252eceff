import { fileURLToPath } from 'node:url';
import { closeLine, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS, withoutCloseEvent } from '../helpers/undici-clients.ts';

interface Output {
  /** By connection id, of the handshakes that were refused at once. */
  readonly statuses: readonly (readonly [id: string, status: number])[];
  readonly heldId: string;
  /** Of the TCP sockets of a connection that we had observed, and of one that we had not. */
  readonly listeners: readonly (readonly number[])[];
}

/** Closes of `fixtures/confuse-undici-sockets.mjs`, but for two handshakes that are refused. */
const EXPECTED = [
  '/early client 4001 clean local local_close',
  '/dropped client 1006 unclean unknown connection_lost error=connection_lost',
  '/opening client 1006 unclean unknown connection_lost error=connection_lost',
  '/passed client 4002 clean local local_close',
  '/held client 4003 clean local local_close',
  '/worker client 4004 clean local local_close',
  '/worker client 4004 clean local local_close',
  '/half client 4005 clean local local_close synthetic',
  '/open client 1006 unclean local process_exit synthetic',
];
const GIVEN_UP = '/held client 1006 unclean local aborted_connecting';
/** Handshakes by `upgrade()` of the package, which Node's global does not have. */
const RAW = ['/raw/1', '/raw/2', '/raw/3', '/raw/4'].map(
  (path) => `${path} client 4007 clean remote remote_close`,
);

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  it.skipIf(!binary)('takes no socket for another, and records none twice', async () => {
    const program = fileURLToPath(new URL('fixtures/confuse-undici-sockets.mjs', import.meta.url));
    const receiver = await startOtlpReceiver();
    const { exitCode, stdout, stderr } = await runNode(
      binary ?? '',
      ['--no-warnings', program, `client=${client}`],
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      },
    );
    await receiver.close();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { statuses, heldId, listeners }: Output = JSON.parse(stdout);
    const idOf = ({ attributes }: ReceivedSpan) => attributes['websocket.connection.id'];
    const closes = receiver.spans.filter(({ name }) => name === 'websocket.close');
    const spansOf = (path: string) => closes.filter(({ attributes }) => attributes['url.path'] === path);

    const refused = spansOf('/refused').map((span) => [
      idOf(span),
      span.attributes['http.response.status_code'],
    ]);
    expect(refused.sort()).toEqual([...statuses].sort());
    const others = closes.filter(({ attributes }) => attributes['url.path'] !== '/refused');
    expect(others.map(closeLine).sort()).toEqual(
      [
        ...EXPECTED,
        firesClose ? GIVEN_UP : withoutCloseEvent(GIVEN_UP),
        ...(client === 'global' ? [] : RAW),
      ].sort(),
    );
    expect(others.filter((span) => idOf(span) === heldId).map(closeLine)).toEqual([
      '/held client 4003 clean local local_close',
    ]);
    expect(new Set(others.map(idOf)).size).toBe(others.length);
    if (client !== 'global')
      expect(spansOf('/raw/2').map(idOf)).toEqual(['b'.charCodeAt(0).toString(16).repeat(8)]);
    expect(listeners[0]).toEqual(listeners[1]);
  });
});
