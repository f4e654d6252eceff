import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../helpers/bundle-ws.ts';
import { nodeBinary, runNode } from '../helpers/run-node.ts';

/** Ends of clients, as frames and streams show them; the endings are those of `fixtures/run-endings.cjs`. */
const CLIENT = [
  '/client/1000 client 1000 clean local local_close reason=done',
  '/client/4001 client 4001 clean local local_close reason=bye',
  '/client client 1005 clean local local_close',
  '/server/1001 client 1001 clean remote remote_close reason=from server',
  '/server/1008 client 1008 clean remote policy reason=from server error=policy',
  '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
  '/server/1012 client 1012 clean remote server_restart reason=from server',
  '/server/4401 client 4401 clean remote remote_close reason=from server',
  '/server/4002 client 4002 clean remote remote_close reason=from server',
  '/empty client 1005 clean remote remote_close',
  '/drop client 1006 unclean none connection_lost error=connection_lost',
  '/reset client 1006 unclean none connection_reset error=ECONNRESET',
  '/big client 1009 clean remote message_too_big error=message_too_big',
  '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
  '/refuse/503 client 1006 unclean none handshake_rejected status=503 error=503',
  '/refuse/403 client 1006 unclean none handshake_rejected status=403 error=403',
  '/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/away client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/hang-up client 1006 unclean none handshake_failed error=ECONNRESET',
  '/tls client 1006 unclean none handshake_failed error=EPROTO',
  '/silent client 1006 unclean none handshake_timeout error=handshake_timeout',
  '/terminate client 1006 unclean local local_terminate error=local_terminate',
  // The library's own words for what it found are not on the wire.
  '/broken client 1006 unclean local protocol_error requested_code=1002 error=protocol_error',
  '/bad-text client 1007 clean local protocol_error error=protocol_error',
  '/bad-deflate client 1006 unclean local protocol_error requested_code=1007 error=protocol_error',
  '/refuse/404 client 1006 unclean none handshake_rejected status=404 error=404',
];
/** Node 20 tells of a request only when it is sent. */
const UNSENT = [
  '/abort client 1006 unclean local aborted_connecting',
  '/terminate-connecting client 1006 unclean local aborted_connecting',
];
const SERVER = [
  '/client/1000 server 1000 clean remote remote_close reason=done',
  '/client/4001 server 4001 clean remote remote_close reason=bye',
  '/client server 1005 clean remote remote_close',
  '/server/1001 server 1001 clean local local_close reason=from server',
  '/server/1008 server 1008 clean local policy reason=from server error=policy',
  '/server/1011 server 1011 clean local server_error reason=from server error=server_error',
  '/server/4002 server 4002 clean local local_close reason=from server',
  '/server/4401 server 4401 clean local local_close reason=from server',
  '/empty server 1005 clean local local_close',
  '/drop server 1006 unclean local local_terminate error=local_terminate',
  '/reset server 1006 unclean local local_terminate error=local_terminate',
  '/terminate server 1006 unclean none connection_lost error=connection_lost',
  // `ws` reports 1006, since it reads no frame after its own error.
  '/big server 1009 clean local message_too_big error=message_too_big',
  // Servers by hand, which end TCP or return no Close frame.
  '/forged server 1006 unclean local local_terminate error=local_terminate',
];

describe.each([
  { version: 20, format: 'cjs', client: 'ws7' },
  { version: 22, format: 'esm', client: 'ws' },
  { version: 24, format: 'cjs', client: 'ws' },
  { version: 26, format: 'esm', client: 'ws7' },
] as const)('Node $version, $client bundled as $format, told of nothing', ({ version, format, client }) => {
  const binary = nodeBinary(version);
  const clients = version === 20 ? CLIENT : [...CLIENT, ...UNSENT];
  let receiver: OtlpReceiver;
  let seen: Record<string, object[]>;
  let bare: typeof seen;

  beforeAll(async () => {
    if (!binary) return;
    const program = await bundle('print-endings-on-wire.mjs', format, client);
    receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'endings' };
    const [without, observed] = await Promise.all(
      ['none', 'after'].map((load) => runNode(binary, [...program, `load=${load}`], env)),
    );
    expect(observed).toMatchObject({ exitCode: 0, stderr: '' });
    bare = JSON.parse(without?.stdout ?? '');
    seen = JSON.parse(observed?.stdout ?? '');
  });
  afterAll(() => receiver?.close());

  const linesOf = (line: string) => {
    const [path, side] = line.split(' ');
    return receiver.spans.map(closeLine).filter((one) => one.startsWith(`${path} ${side} `));
  };

  it.skipIf(!binary).each([...clients, ...SERVER])('records once: %s', (line) => {
    expect(linesOf(line)).toEqual([line]);
  });

  it.skipIf(!binary)('gives both ends one id, and hides secrets', () => {
    const ids = (path: string) =>
      receiver.spans
        .filter(({ attributes }) => attributes['url.path'] === path)
        .map(({ attributes }) => attributes['websocket.connection.id']);
    expect(ids('/client/1000')).toHaveLength(2);
    expect(new Set(ids('/client/1000')).size).toBe(1);
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  it.skipIf(!binary)('measures durations and bytes', () => {
    for (const kind of [2, 3]) {
      const span = receiver.spans.find(
        (one) => one.kind === kind && one.attributes['url.path'] === '/client/1000',
      );
      expect(span?.attributes['websocket.handshake.duration']).toBeGreaterThan(0);
      expect(span?.attributes['websocket.connection.duration']).toBeGreaterThan(0);
      // A Close frame with a code and `done`: eight bytes, and four more for the mask of the client.
      const [sent, received] = kind === 3 ? [12, 8] : [8, 12];
      expect(span?.attributes).toMatchObject({
        'websocket.sent.size': sent,
        'websocket.received.size': received,
      });
    }
  });

  it.skipIf(!binary)('changes nothing that the app sees', () => {
    const withoutDurations = (events: typeof seen) =>
      Object.entries(events).map(([path, list]) => [
        path,
        list.map((event) => ({ ...event, duration: undefined, atMost: undefined })),
      ]);
    expect(withoutDurations(seen)).toEqual(withoutDurations(bare));
  });
});
