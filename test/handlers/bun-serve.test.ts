import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { BUN } from '../helpers/runtimes.ts';

const program = fileURLToPath(new URL('fixtures/serve-on-bun.mjs', import.meta.url));

/** Ends of the server, in the order of their paths. */
const EXPECTED = [
  '/at-open server 4100 clean local local_close',
  '/big server 1006 unclean local message_too_big error=message_too_big',
  '/client server 4001 clean remote remote_close reason=client',
  '/client-bare server 1005 clean remote remote_close',
  '/close server 4000 clean local local_close',
  '/close-bare server 1000 clean local local_close',
  '/drop server 1006 unclean none connection_lost error=connection_lost',
  '/fraction server 4001 clean local local_close',
  '/idle server 1006 unclean local idle_timeout error=idle_timeout',
  '/left-open server 1006 unclean local process_exit synthetic',
  '/reload server 4002 clean remote remote_close',
  '/request server 1000 clean remote remote_close',
  '/said server 4003 clean remote remote_close',
  '/terminate server 1006 unclean local local_terminate error=local_terminate',
  '/topic server 4003 clean remote remote_close',
  // The frame has 16 bits for the code.
  '/wide server 4002 clean local local_close',
];

describe.skipIf(!BUN.binary)('Bun.serve, whose handlers are observed', () => {
  let receiver: OtlpReceiver;
  let seen: unknown;
  let bare: unknown;
  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const ends = ['bare', 'observed'].map((mode) => runNode(BUN.binary ?? '', [program, mode], env));
    const [without, observed] = await Promise.all(ends);
    expect(observed).toMatchObject({ exitCode: 0, stderr: '' });
    bare = JSON.parse(without?.stdout ?? '');
    seen = JSON.parse(observed?.stdout ?? '');
  });
  afterAll(() => receiver?.close());

  const servers = () => receiver.spans.filter(({ kind }) => kind === 2);
  const attributesOf = (path: string) =>
    servers().find(({ attributes }) => attributes['url.path'] === path)?.attributes;

  it('records each end once', () => {
    expect(servers().map(closeLine).sort()).toEqual(EXPECTED);
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  it('counts the connection that is open', () => {
    const active = receiver.points.filter(({ name }) => name === 'websocket.server.connection.active');
    expect(active.map(({ attributes, value }) => [attributes['server.address'], value])).toContainEqual([
      'localhost',
      1,
    ]);
  });

  it('changes nothing that the app sees', () => {
    expect(seen).toEqual(bare);
  });

  it('knows what the app passed, and what the runtime and the request show', () => {
    expect(attributesOf('/close')).toMatchObject({
      'app.path': '/close',
      'websocket.close.requested_reason': 'bye',
      'websocket.connection.id': '0123456789abcdef',
      'websocket.connection.duration': expect.any(Number),
      'websocket.message.received.count': 1,
      'client.address': '127.0.0.1',
    });
    expect(attributesOf('/idle')).toMatchObject({
      'websocket.close.limit': 8,
      'websocket.close.limit.kind': 'idle',
    });
    expect(attributesOf('/request')?.['client.address']).toBe('203.0.113.9');
  });

  it('counts the messages that the app sends, if all are seen', () => {
    expect(attributesOf('/said')).toMatchObject({
      'websocket.message.sent.count': 3,
      'websocket.message.sent.size': 11,
      'websocket.message.received.count': 1,
    });
    expect(attributesOf('/close')?.['websocket.message.sent.count']).toBe(0);
    // What is published to a topic leaves the runtime unseen.
    expect(attributesOf('/topic')).not.toHaveProperty(['websocket.message.sent.count']);
    expect(attributesOf('/topic')?.['websocket.message.received.count']).toBe(1);
  });

  it('gives both ends one id, if the socket shows the upgrade request', () => {
    const ids = receiver.spans
      .filter(({ attributes }) => attributes['url.path'] === '/request')
      .map(({ attributes }) => attributes['websocket.connection.id']);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), ids[0]]);
  });
});
