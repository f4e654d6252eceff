import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { BUN, DENO, type Runtime } from '../helpers/runtimes.ts';

/** Closes of clients, by runtime and client; the endings are those of `run-endings.cjs`. */
const COMMON = [
  '/big client 1009 clean remote message_too_big error=message_too_big',
  '/client client 1005 clean local local_close',
  '/client/1000 client 1000 clean local local_close reason=done',
  '/client/4001 client 4001 clean local local_close reason=bye',
  '/empty client 1005 clean remote remote_close',
  '/server/1001 client 1001 clean remote remote_close reason=from server',
  '/server/1008 client 1008 clean remote policy reason=from server error=policy',
  '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
  '/server/1012 client 1012 clean remote server_restart reason=from server',
  '/server/4401 client 4401 clean remote remote_close reason=from server',
];
/** Endings that only `ws` can have, or tell. */
const COMMON_WS = [
  ...COMMON,
  '/abort client 1006 unclean local aborted_connecting',
  '/drop client 1006 unclean none connection_lost error=connection_lost',
  '/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/mute client 1006 unclean local close_timeout requested_code=4003 error=close_timeout',
  '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
  '/refuse/404 client 1006 unclean local handshake_rejected status=404 error=404',
  '/refuse/503 client 1006 unclean none handshake_rejected status=503 error=503',
  '/server/4002 client 4002 clean remote remote_close reason=from server',
  '/terminate client 1006 unclean local local_terminate error=local_terminate',
  '/terminate-connecting client 1006 unclean local aborted_connecting',
];
/** Bun's `ws` tells the reason of a failure to `error` listeners alone, and we are none. */
const BUN_WS = [
  ...COMMON_WS,
  '/away client 1006 unclean none handshake_failed error=handshake_failed',
  '/bad-deflate client 1006 unclean unknown connection_lost error=connection_lost',
  '/bad-text client 1006 unclean unknown connection_lost error=connection_lost',
  '/broken client 1006 unclean unknown connection_lost error=connection_lost',
  '/hang-up client 1006 unclean none handshake_failed error=handshake_failed',
  '/nobody client 1006 unclean none handshake_failed error=handshake_failed',
  '/reset client 1006 unclean none connection_lost error=connection_lost',
  '/silent client 1006 unclean none handshake_failed error=handshake_failed',
  '/tls client 1006 unclean none handshake_failed error=handshake_failed',
];
const DENO_WS = [
  ...COMMON_WS,
  '/away client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/bad-deflate client 1006 unclean local protocol_error error=ERR_MULTIPLE_CALLBACK',
  '/bad-text client 1006 unclean local protocol_error requested_code=1007 error=WS_ERR_INVALID_UTF8',
  '/hang-up client 1006 unclean none handshake_failed error=ECONNRESET',
  '/refuse/403 client 1006 unclean none handshake_rejected synthetic status=403 error=403',
  '/silent client 1006 unclean none handshake_timeout error=handshake_timeout',
  '/tls client 1006 unclean none handshake_failed error=ERR_SSL_WRONG_VERSION_NUMBER',
  '/broken client 1006 unclean local protocol_error requested_code=1002 error=WS_ERR_UNEXPECTED_RSV_2_3',
  '/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/reset client 1006 unclean none connection_reset error=ECONNRESET',
];
const BUN_GLOBAL = [
  ...COMMON,
  '/abort client 1006 unclean local aborted_connecting',
  '/broken client 1006 unclean none protocol_error error=WS_ERR_UNEXPECTED_RSV_2_3',
  '/drop client 1006 unclean none connection_lost error=connection_lost',
  '/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
  '/refuse/503 client 1006 unclean none handshake_rejected status=503 error=503',
  '/reset client 1006 unclean none connection_lost error=connection_lost',
  '/terminate client 1006 unclean local local_close error=local_close',
];
const DENO_GLOBAL = [
  ...COMMON,
  '/abort client 1006 unclean local aborted_connecting reported_code=0',
  '/broken client 1006 unclean unknown connection_lost reported_code=0 error=connection_lost',
  '/drop client 1006 unclean none connection_lost reported_code=0 error=connection_lost',
  // Deno does not check the server's proof.
  '/forged client 1006 unclean none connection_lost reported_code=0 error=connection_lost',
  '/nobody client 1006 unclean none handshake_failed reported_code=0 error=handshake_failed',
  '/refuse/401 client 1006 unclean none handshake_rejected reported_code=0 status=401 error=401',
  '/refuse/503 client 1006 unclean none handshake_rejected reported_code=0 status=503 error=503',
  '/reset client 1006 unclean none connection_reset reported_code=0 error=ECONNRESET',
];

const SERVER = [
  '/client server 1005 clean remote remote_close',
  '/client/1000 server 1000 clean remote remote_close reason=done',
  '/client/4001 server 4001 clean remote remote_close reason=bye',
  '/empty server 1005 clean local local_close',
  '/server/1001 server 1001 clean local local_close',
  '/server/1008 server 1008 clean local policy error=policy',
  '/server/1011 server 1011 clean local server_error error=server_error',
  '/server/1012 server 1012 clean local server_restart',
  '/server/4401 server 4401 clean local local_close',
];

/** The server's end of a connection whose TCP socket the app destroys. Bun's `ws` shows no such socket. */
const DROPS: Readonly<Record<string, string>> = {
  [BUN.name]: '/drop server 1006 unclean none connection_lost error=connection_lost',
  [DENO.name]: '/drop server 1006 unclean local local_terminate error=local_terminate',
};

/** Deno keeps what it made of files by their path, also when they were built anew. */
const cache = mkdtempSync(join(tmpdir(), 'closespan-deno-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const run = ({ binary, args }: Runtime, file: string, env: Record<string, string>, ...rest: string[]) => {
  const program = fileURLToPath(new URL(file, import.meta.url));
  return runNode(binary ?? '', [...args, program, ...rest], { DENO_DIR: cache, ...env });
};

const cases = [
  { runtime: BUN, client: 'global', expected: BUN_GLOBAL },
  { runtime: BUN, client: 'ws', expected: BUN_WS },
  { runtime: DENO, client: 'ws', expected: DENO_WS },
  { runtime: DENO, client: 'global', expected: DENO_GLOBAL },
].flatMap((row) =>
  ['print-endings.mjs', 'print-endings.cjs'].flatMap((file) =>
    ['before', 'after'].map((load) => ({ ...row, name: row.runtime.name, file, load })),
  ),
);

describe.each(cases)('$name, $file, $client client, instrumented $load ws is loaded', (row) => {
  const { runtime, client, expected, file, load } = row;
  let receiver: OtlpReceiver;
  let bare: Record<string, object[]>;
  let seen: typeof bare;

  beforeAll(async () => {
    if (!runtime.binary) return;
    receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'endings' };
    const [without, instrumented] = await Promise.all(
      ['none', load].map((when) =>
        run(runtime, `../node/fixtures/${file}`, env, `load=${when}&client=${client}`),
      ),
    );
    expect(instrumented).toMatchObject({ exitCode: 0, stderr: '' });
    bare = JSON.parse(without?.stdout ?? '');
    seen = JSON.parse(instrumented?.stdout ?? '');
  });
  afterAll(() => receiver?.close());

  const lines = (kind: number) => receiver.spans.filter((span) => span.kind === kind).map(closeLine);

  it.skipIf(!runtime.binary)('records each ending of a client once, as the runtime shows it', () => {
    expect(lines(3).sort()).toEqual([...expected].sort());
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  it.skipIf(!runtime.binary)('records each end of a ws server once', () => {
    const withoutReason = lines(2).map((line) => line.replace(' reason=from server', ''));
    expect(withoutReason).toEqual(expect.arrayContaining([...SERVER, DROPS[runtime.name]]));
    expect(new Set(lines(2)).size).toBe(lines(2).length);
  });

  // The other clients show no key.
  const itOfWs = client === 'ws' ? it.skipIf(!runtime.binary) : () => {};
  itOfWs('gives both ends of a connection one id', () => {
    const ids = receiver.spans
      .filter(({ attributes }) => attributes['url.path'] === '/client/1000')
      .map(({ attributes }) => attributes['websocket.connection.id']);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it.skipIf(!runtime.binary)('knows how long connections lived', () => {
    for (const { attributes } of receiver.spans) {
      const opened = attributes['websocket.handshake.succeeded'];
      expect('websocket.connection.duration' in attributes).toBe(opened);
      expect(attributes).toHaveProperty(['websocket.handshake.duration']);
    }
  });

  it.skipIf(!runtime.binary)('changes nothing that the app sees', () => {
    expect(Object.keys(seen)).toEqual(Object.keys(bare));
    expect(withoutDurations(seen)).toEqual(withoutDurations(bare));
  });
});

it.skipIf(!DENO.binary)('records both ends of Deno.upgradeWebSocket, and puts the global back', async () => {
  const receiver = await startOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const { exitCode, stdout, stderr } = await run(DENO, 'fixtures/serve-on-deno.mjs', env);
  await receiver.close();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toContain('get');
  expect(receiver.spans.map(closeLine).sort()).toEqual([
    '/client client 4001 clean local local_close',
    '/client server 4001 clean remote remote_close',
    '/server/4002 client 4002 clean remote remote_close reason=bye',
    '/server/4002 server 4002 clean local local_close reason=bye',
  ]);
  for (const { attributes } of receiver.spans) {
    expect(attributes).toMatchObject({ 'url.scheme': 'ws', 'server.address': '127.0.0.1' });
    expect(attributes).toHaveProperty(['websocket.connection.duration']);
  }
});

describe.each([BUN, DENO])('$name, with a spool', (runtime) => {
  it.skipIf(!runtime.binary)('sends in the next process what an exit has left', async () => {
    const spool = join(cache, `spool-${runtime.name}`);
    const away = { SPOOL: spool, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    expect(await run(runtime, 'fixtures/exit-with-spool.mjs', away)).toMatchObject({
      exitCode: 3,
      stderr: '',
    });
    const receiver = await startOtlpReceiver();
    const up = { SPOOL: spool, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const next = await run(runtime, 'fixtures/exit-with-spool.mjs', up, 'next');
    await receiver.close();
    expect(next).toMatchObject({ exitCode: 0, stderr: '' });
    expect(receiver.spans.map(closeLine).sort()).toEqual([
      '/closed client 4001 clean local local_close',
      '/closed server 4001 clean remote remote_close',
    ]);
  });
});

function withoutDurations(seen: Record<string, object[]>) {
  return Object.entries(seen).map(([path, events]) => [
    path,
    events.map((event) => ({ ...event, atMost: undefined })),
  ]);
}
