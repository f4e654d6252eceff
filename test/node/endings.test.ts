import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../helpers/bundle-ws.ts';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';
import { withoutCloseEvent } from '../helpers/undici-clients.ts';

/** Ends of clients that `ws` and the global `WebSocket` tell alike; the endings are those of `fixtures/run-endings.cjs`. */
const COMMON = [
  '/client/1000 client 1000 clean local local_close reason=done',
  '/client/4001 client 4001 clean local local_close reason=bye',
  '/client client 1005 clean local local_close',
  '/server/1001 client 1001 clean remote remote_close reason=from server',
  '/server/1008 client 1008 clean remote policy reason=from server error=policy',
  '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
  '/server/1012 client 1012 clean remote server_restart reason=from server',
  '/server/4401 client 4401 clean remote remote_close reason=from server',
  '/empty client 1005 clean remote remote_close',
  '/drop client 1006 unclean none connection_lost error=connection_lost',
  '/reset client 1006 unclean none connection_reset error=ECONNRESET',
  '/big client 1009 clean remote message_too_big error=message_too_big',
  '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
  '/refuse/503 client 1006 unclean none handshake_rejected status=503 error=503',
  '/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/abort client 1006 unclean local aborted_connecting',
];
const GLOBAL = [...COMMON, '/broken client 1006 unclean local protocol_error error=protocol_error'];
/** With endings that only `ws` can have, or tell. */
const WS7 = [
  ...COMMON,
  '/broken client 1006 unclean local protocol_error requested_code=1002 error=WS_ERR_UNEXPECTED_RSV_2_3',
  '/terminate client 1006 unclean local local_terminate error=local_terminate',
  '/terminate-connecting client 1006 unclean local aborted_connecting',
  '/bad-text client 1006 unclean local protocol_error requested_code=1007 error=WS_ERR_INVALID_UTF8',
  '/bad-deflate client 1006 unclean local protocol_error requested_code=1007 error=Z_DATA_ERROR',
  '/silent client 1006 unclean none handshake_timeout error=handshake_timeout',
  '/hang-up client 1006 unclean none handshake_failed error=ECONNRESET',
  '/tls client 1006 unclean none handshake_failed error=EPROTO',
  // Two that were redirected.
  '/server/4002 client 4002 clean remote remote_close reason=from server',
  '/away client 1006 unclean none handshake_failed error=ECONNREFUSED',
  // Two that an `unexpected-response` listener took over.
  '/refuse/403 client 1006 unclean none handshake_rejected synthetic status=403 error=403',
  '/refuse/404 client 1006 unclean local handshake_rejected status=404 error=404',
];
/** The time limit of a close is 30 seconds in `ws` 7. */
const WS = [...WS7, '/mute client 1006 unclean local close_timeout requested_code=4003 error=close_timeout'];
const CLIENTS: Readonly<Record<string, readonly string[]>> = { ws: WS, ws7: WS7, global: GLOBAL };

const SERVER = [
  '/client/1000 server 1000 clean remote remote_close reason=done',
  '/client/4001 server 4001 clean remote remote_close reason=bye',
  '/client server 1005 clean remote remote_close',
  '/server/1001 server 1001 clean local local_close reason=from server',
  '/server/1008 server 1008 clean local policy reason=from server error=policy',
  '/server/1011 server 1011 clean local server_error reason=from server error=server_error',
  '/server/1012 server 1012 clean local server_restart reason=from server',
  '/server/4401 server 4401 clean local local_close reason=from server',
  '/empty server 1005 clean local local_close',
  '/drop server 1006 unclean local local_terminate error=local_terminate',
  '/reset server 1006 unclean local local_terminate error=local_terminate',
  '/big server 1006 unclean local message_too_big requested_code=1009 error=WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
];
/** A redirected client ends here, which only `ws` follows. */
const SERVER_WS = [...SERVER, '/server/4002 server 4002 clean local local_close reason=from server'];

const CLIENT = 3;

const loaded = NODE_VERSIONS.flatMap((version) =>
  ['print-endings.mjs', 'print-endings.cjs'].flatMap((file) =>
    ['before', 'after'].flatMap((load) =>
      (version === 20 ? ['ws', 'ws7'] : ['ws', 'ws7', 'global']).map((client) => ({
        version,
        file,
        load,
        client,
      })),
    ),
  ),
);

const bundled = ([20, 26] as const).flatMap((version) =>
  (['esm', 'cjs'] as const).flatMap((format) =>
    ['ws', 'ws7'].map((client) => ({ version, file: `bundled as ${format}`, load: 'after', client, format })),
  ),
);

describe.each<(typeof loaded)[number] & { format?: 'esm' | 'cjs' }>([...loaded, ...bundled])(
  'Node $version, $file, $client client, instrumented $load ws is loaded',
  (row) => {
    const { version, file, load, client, format } = row;
    const binary = nodeBinary(version);
    const isGlobal = client === 'global';
    const ofClient = CLIENTS[client] ?? [];
    const expected = isGlobal && version === 22 ? ofClient.map(withoutCloseEvent) : ofClient;
    // undici answers a Close frame with its code alone.
    const ofServer = isGlobal ? SERVER.map((line) => line.replace(' reason=from server', '')) : SERVER_WS;
    let receiver: OtlpReceiver;
    let seen: Record<string, { type: string; code?: number; atMost?: number }[]>;
    let bare: typeof seen;

    beforeAll(async () => {
      if (!binary) return;
      const program = format
        ? await bundle('print-endings-bundled.mjs', format, client)
        : [fileURLToPath(new URL(`fixtures/${file}`, import.meta.url))];
      receiver = await startOtlpReceiver();
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'endings' };
      const runs = ['none', load].map((when) =>
        runNode(binary, [...program, `load=${when}&client=${client}`], env),
      );
      const [without, instrumented] = await Promise.all(runs);
      expect(instrumented).toMatchObject({ exitCode: 0, stderr: '' });
      bare = JSON.parse(without?.stdout ?? '');
      seen = JSON.parse(instrumented?.stdout ?? '');
    });
    afterAll(() => receiver?.close());

    const spansOf = (path = '') => receiver.spans.filter(({ attributes }) => attributes['url.path'] === path);
    const linesOf = (path: string | undefined, side: 'client' | 'server') =>
      spansOf(path)
        .map(closeLine)
        .filter((line) => line.startsWith(`${path} ${side} `));

    it.skipIf(!binary).each(expected)('records the end of a client once: %s', (line) => {
      const [path] = line.split(' ');
      expect(linesOf(path, 'client')).toEqual([line]);
      expect(new Set(spansOf(path).map(({ attributes }) => attributes['websocket.connection.id'])).size).toBe(
        1,
      );
      expect(JSON.stringify(spansOf(path))).not.toContain('secret');
    });

    it.skipIf(!binary).each(ofServer)('records the end of a server once: %s', (line) => {
      expect(linesOf(line.split(' ')[0], 'server')).toEqual([line]);
    });

    it.skipIf(!binary)('measures each handshake that the server refused', () => {
      const refused = receiver.points
        .filter(({ name }) => name === 'websocket.server.handshake.duration')
        .map(({ value, attributes }) => [
          attributes['http.response.status_code'],
          attributes['error.type'],
          value,
        ]);
      // Undici asks twice where it gets a 401.
      expect(refused).toContainEqual([503, '503', 1]);
    });

    it.skipIf(!binary)('tells the status of a refusal, and no 101 that the client did not take', () => {
      const statuses = new Map(
        receiver.spans
          .filter(({ kind }) => kind === CLIENT)
          .map(({ attributes }) => [attributes['url.path'], attributes['http.response.status_code']]),
      );
      expect(['/refuse/401', '/forged'].map((path) => statuses.get(path))).toEqual([401, undefined]);
      expect([...statuses.values()]).not.toContain(101);
    });

    it.skipIf(!binary)(
      'gives the code that the app saw, and a duration within the time that has passed',
      () => {
        for (const [path, events] of Object.entries(seen)) {
          const close = events.find(({ type }) => type === 'close');
          const span = receiver.spans.find(
            ({ kind, attributes }) => kind === CLIENT && attributes['url.path'] === `/${path}`,
          );
          if (close) expect(span?.attributes['websocket.close.code']).toBe(close.code);
          const seconds = span?.attributes['websocket.connection.duration'];
          expect(seconds !== undefined).toBe(close?.atMost !== undefined);
          expect(Number(seconds ?? 0) * 1000).toBeLessThanOrEqual(close?.atMost ?? 0);
          // `ws` waits so long for a Close frame. Node rounds the times of timers to milliseconds.
          if (path === 'mute') expect(Number(seconds)).toBeGreaterThan(0.098);
        }
      },
    );

    it.skipIf(!binary)('changes nothing that the app sees', () => {
      expect(withoutTimes(seen)).toEqual(withoutTimes(bare));
    });
  },
);

function withoutTimes(seen: Record<string, object[]>) {
  return Object.entries(seen).map(([path, events]) => [
    path,
    events.map((event) => ({ ...event, atMost: undefined })),
  ]);
}
