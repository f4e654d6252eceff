import { fileURLToPath } from 'node:url';
import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

interface Output {
  readonly expected: readonly (readonly [path: string, code: number, initiator: string])[];
  /** By connection id, of the handshakes that were refused at once. */
  readonly statuses: readonly (readonly [id: string, status: number])[];
  readonly heldId: string;
  /** Of the TCP sockets of a connection that we had observed, and of one that we had not. */
  readonly listeners: readonly (readonly number[])[];
}

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary }) => {
  it.skipIf(!binary)('takes no socket for another, and records none twice', async () => {
    const program = fileURLToPath(new URL('fixtures/undici-joins-app.mjs', import.meta.url));
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
    const { expected, statuses, heldId, listeners }: Output = JSON.parse(stdout);
    const attributes = receiver.spans.map((span) => span.attributes);

    const refused = attributes.filter(({ 'url.path': path }) => path === '/refused');
    expect(
      refused.map((one) => [one['websocket.connection.id'], one['http.response.status_code']]).sort(),
    ).toEqual([...statuses].sort());
    const others = attributes.filter(({ 'url.path': path }) => path !== '/refused');
    expect(
      others
        .map((one) => [one['url.path'], one['websocket.close.code'], one['websocket.close.initiator']])
        .sort(),
    ).toEqual([...expected].sort());
    const held = others.filter(({ 'websocket.connection.id': id }) => id === heldId);
    expect(held.map((one) => one['websocket.close.code'])).toEqual([4003]);
    const ids = others.map((one) => one['websocket.connection.id']);
    expect(new Set(ids).size).toBe(ids.length);
    const raw = others.find(({ 'url.path': path }) => path === '/raw/2');
    if (client !== 'global')
      expect(raw?.['websocket.connection.id']).toBe('b'.charCodeAt(0).toString(16).repeat(8));
    const synthetic = others.filter(
      (one) => one['websocket.close.synthetic'] && one['websocket.close.was_clean'],
    );
    expect(synthetic.map((one) => one['url.path'])).toEqual(['/half']);
    expect(listeners[0]).toEqual(listeners[1]);
  });
});
