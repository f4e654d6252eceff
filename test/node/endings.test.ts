import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../helpers/bundle.ts';
import { NODE_VERSIONS, nodeBinary, runNode } from '../helpers/run-node.ts';

type Expected = readonly [
  code: number,
  clean: boolean,
  initiator: string,
  cause: string,
  errorType?: string,
  requestedCode?: number,
];
interface Row {
  readonly path: string;
  readonly ws: Expected;
  /** The global `WebSocket`, where it differs. */
  readonly global?: Expected;
  readonly server?: Expected;
  /** Whether `ws` fires no `close` there. */
  readonly synthetic?: boolean;
}

/** What each ending of `fixtures/run-endings.cjs` becomes. */
const ROWS: readonly Row[] = [
  {
    path: 'client/1000',
    ws: [1000, true, 'local', 'local_close'],
    server: [1000, true, 'remote', 'remote_close'],
  },
  {
    path: 'client/4001',
    ws: [4001, true, 'local', 'local_close'],
    server: [4001, true, 'remote', 'remote_close'],
  },
  {
    path: 'client',
    ws: [1005, true, 'local', 'local_close'],
    server: [1005, true, 'remote', 'remote_close'],
  },
  {
    path: 'server/1001',
    ws: [1001, true, 'remote', 'remote_close'],
    server: [1001, true, 'local', 'local_close'],
  },
  {
    path: 'server/1008',
    ws: [1008, true, 'remote', 'policy', 'policy'],
    server: [1008, true, 'local', 'policy', 'policy'],
  },
  {
    path: 'server/1011',
    ws: [1011, true, 'remote', 'server_error', 'server_error'],
    server: [1011, true, 'local', 'server_error', 'server_error'],
  },
  {
    path: 'server/1012',
    ws: [1012, true, 'remote', 'server_restart'],
    server: [1012, true, 'local', 'server_restart'],
  },
  {
    path: 'server/4401',
    ws: [4401, true, 'remote', 'remote_close'],
    server: [4401, true, 'local', 'local_close'],
  },
  { path: 'empty', ws: [1005, true, 'remote', 'remote_close'], server: [1005, true, 'local', 'local_close'] },
  {
    path: 'drop',
    ws: [1006, false, 'none', 'connection_lost', 'connection_lost'],
    server: [1006, false, 'none', 'connection_lost', 'connection_lost'],
  },
  {
    path: 'reset',
    ws: [1006, false, 'none', 'connection_reset', 'ECONNRESET'],
    server: [1006, false, 'none', 'connection_lost', 'connection_lost'],
  },
  {
    path: 'broken',
    ws: [1006, false, 'local', 'protocol_error', 'WS_ERR_UNEXPECTED_RSV_2_3', 1002],
    global: [1006, false, 'local', 'protocol_error', 'protocol_error'],
  },
  {
    path: 'big',
    ws: [1009, true, 'remote', 'message_too_big', 'message_too_big'],
    server: [1006, false, 'local', 'message_too_big', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
  },
  { path: 'refuse/401', ws: [1006, false, 'none', 'handshake_rejected', '401'] },
  { path: 'refuse/503', ws: [1006, false, 'none', 'handshake_rejected', '503'] },
  { path: 'forged', ws: [1006, false, 'none', 'handshake_failed', 'handshake_failed'] },
  { path: 'nobody', ws: [1006, false, 'none', 'handshake_failed', 'ECONNREFUSED'] },
  { path: 'abort', ws: [1006, false, 'local', 'aborted_connecting'] },
];
/** What only `ws` can do, or tell. */
const WS_ROWS: readonly Row[] = [
  { path: 'terminate', ws: [1006, false, 'local', 'local_close', 'local_close'] },
  { path: 'terminate-connecting', ws: [1006, false, 'local', 'aborted_connecting'] },
  { path: 'bad-text', ws: [1006, false, 'local', 'protocol_error', 'WS_ERR_INVALID_UTF8', 1007] },
  { path: 'bad-deflate', ws: [1006, false, 'local', 'protocol_error', 'Z_DATA_ERROR', 1007] },
  { path: 'silent', ws: [1006, false, 'none', 'handshake_timeout', 'handshake_timeout'] },
  { path: 'hang-up', ws: [1006, false, 'none', 'handshake_failed', 'ECONNRESET'] },
  { path: 'tls', ws: [1006, false, 'none', 'handshake_failed', 'EPROTO'] },
  // Two that were redirected.
  {
    path: 'server/4002',
    ws: [4002, true, 'remote', 'remote_close'],
    server: [4002, true, 'local', 'local_close'],
  },
  { path: 'away', ws: [1006, false, 'none', 'handshake_failed', 'ECONNREFUSED'] },
  // Two that an `unexpected-response` listener took over.
  { path: 'refuse/403', ws: [1006, false, 'none', 'handshake_rejected', '403'], synthetic: true },
  { path: 'refuse/404', ws: [1006, false, 'local', 'handshake_rejected', '404'] },
];
/** Its time limit is 30 seconds in `ws` 7. */
const MUTE: Row = { path: 'mute', ws: [1006, false, 'local', 'close_timeout', 'close_timeout', 4003] };

const CLIENT = 3;
const SERVER = 2;

const loaded = NODE_VERSIONS.flatMap((version) =>
  ['endings-app.mjs', 'endings-app.cjs'].flatMap((file) =>
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
    const rows = { global: ROWS, ws7: [...ROWS, ...WS_ROWS], ws: [...ROWS, ...WS_ROWS, MUTE] }[client] ?? [];
    let receiver: OtlpReceiver;
    let seen: Record<string, { type: string; code?: number; duration?: number }[]>;
    let bare: typeof seen;

    beforeAll(async () => {
      if (!binary) return;
      const program = format
        ? await bundle('bundled-app.mjs', format, client)
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

    it.skipIf(!binary).each(rows)(
      'records $path once at each end',
      ({ path, ws, global, server, synthetic }) => {
        const spans = receiver.spans.filter(({ attributes }) => attributes['url.path'] === `/${path}`);
        const ofClient = spans.filter(({ kind }) => kind === CLIENT);
        const ofServer = spans.filter(({ kind }) => kind === SERVER);
        expect(ofClient.map(facts)).toEqual([expectedFacts(client === 'global' ? (global ?? ws) : ws)]);
        if (client !== 'global') expect(ofClient[0]?.attributes['websocket.close.synthetic']).toBe(synthetic);
        if (server) expect(ofServer.map(facts)).toEqual([expectedFacts(server)]);
        const ids = new Set(spans.map(({ attributes }) => attributes['websocket.connection.id']));
        expect(ids.size).toBe(1);
        expect(JSON.stringify(spans)).not.toContain('secret');
      },
    );

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

    it.skipIf(!binary)('gives the code and the duration that the app saw', () => {
      for (const [path, events] of Object.entries(seen)) {
        const close = events.find(({ type }) => type === 'close');
        const span = receiver.spans.find(
          ({ kind, attributes }) => kind === CLIENT && attributes['url.path'] === `/${path}`,
        );
        if (close) expect(span?.attributes['websocket.close.code']).toBe(close.code);
        const duration = Number(span?.attributes['websocket.connection.duration'] ?? 0) * 1000;
        expect(Math.abs(duration - (close?.duration ?? 0))).toBeLessThan(500);
      }
    });

    it.skipIf(!binary)('changes nothing that the app sees', () => {
      expect(withoutDurations(seen)).toEqual(withoutDurations(bare));
    });
  },
);

function facts({ attributes, statusCode }: ReceivedSpan) {
  return {
    code: attributes['websocket.close.code'],
    clean: attributes['websocket.close.was_clean'],
    initiator: attributes['websocket.close.initiator'],
    cause: attributes['websocket.close.cause'],
    errorType: attributes['error.type'],
    requestedCode: attributes['websocket.close.requested_code'],
    statusCode,
  };
}

function expectedFacts([code, clean, initiator, cause, errorType, requestedCode]: Expected) {
  return { code, clean, initiator, cause, errorType, requestedCode, statusCode: errorType ? 2 : 0 };
}

function withoutDurations(seen: Record<string, object[]>) {
  return Object.entries(seen).map(([path, events]) => [
    path,
    events.map((event) => ({ ...event, duration: undefined })),
  ]);
}
