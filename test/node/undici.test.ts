import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS, withoutCloseEvent } from '../helpers/undici-clients.ts';

/** Connections that open, which is told alike everywhere; the endings are those of `fixtures/end-undici-sockets.mjs`. */
const OPENED = [
  '/remote/1001 client 1001 clean remote remote_close reason=bye',
  '/remote/4401 client 4401 clean remote remote_close reason=bye',
  '/remote/fin client 1001 clean remote remote_close',
  '/frames client 4005 clean remote remote_close reason=é',
  '/pieces client 4009 clean remote remote_close reason=slow',
  '/later client 1001 clean remote remote_close',
  '/drop client 1006 unclean none connection_lost error=connection_lost',
  '/reset client 1006 unclean none connection_reset error=ECONNRESET',
  '/v6 client 1006 unclean none connection_lost error=connection_lost',
  '/bad/short client 1006 unclean local protocol_error error=protocol_error',
  '/bad/code client 1006 unclean local protocol_error error=protocol_error',
  '/bad/utf8 client 1006 unclean local protocol_error error=protocol_error',
  '/bad/masked client 1006 unclean local protocol_error error=protocol_error',
  '/bad/opcode client 1006 unclean local protocol_error error=protocol_error',
  '/answer/4001 client 4001 clean local local_close reason=ok',
  '/answer/4002 client 4002 clean local local_close reason=ok requested_code=4003',
  '/answer/1000 client 1000 clean local local_close reason=ok',
  '/answer/4006 client 4006 clean local local_close reason=ok',
  '/answer/4008 client 4008 clean local local_close reason=ok',
  '/half/remote/1001 client 1001 clean remote remote_close synthetic reason=bye',
  '/half/late/remote/1012 client 1012 clean remote server_restart synthetic reason=bye',
  '/half/answer/4012 client 4012 clean local local_close synthetic reason=ok requested_code=4013',
  '/half/silent/0 client 1006 unclean local close_timeout synthetic requested_code=4014 error=close_timeout',
];
/** Handshakes that fail. */
const FAILED = [
  '/refuse/200 client 1006 unclean none handshake_rejected status=200 error=200',
  '/refuse/301 client 1006 unclean none handshake_rejected status=301 error=301',
  '/refuse/401 client 1006 unclean none handshake_rejected status=401 error=401',
  '/refuse/403 client 1006 unclean none handshake_rejected status=403 error=403',
  '/refuse/404 client 1006 unclean none handshake_rejected status=404 error=404',
  '/refuse/503 client 1006 unclean none handshake_rejected status=503 error=503',
  '/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/protocol client 1006 unclean none handshake_failed error=handshake_failed',
  '/abort client 1006 unclean local aborted_connecting',
  '/hang client 1006 unclean local aborted_connecting',
  '/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/no-name client 1006 unclean none handshake_failed error=ENOTFOUND',
  '/no-tls client 1006 unclean none handshake_failed error=ERR_SSL_WRONG_VERSION_NUMBER',
];
/** Only the package takes a dispatcher. */
const DISPATCHED = [
  '/answer/4010 client 4010 clean local local_close reason=ok',
  '/answer/4011 client 4011 clean local local_close reason=ok',
];
const NO_PROXY = '/no-proxy client 1006 unclean none handshake_failed error=handshake_failed';
/** No request is made; recorded where the class was loaded after the call. */
const BLOCKED = '/blocked client 1006 unclean none handshake_failed error=handshake_failed';
/** undici 7 and 8. */
const STREAMS = [
  '/stream/remote/1001 client 1001 clean remote remote_close reason=bye',
  '/stream/remote/4401 client 4401 clean remote remote_close reason=bye',
  '/stream/drop client 1006 unclean none connection_lost error=connection_lost',
  '/stream/drop/unhandled client 1006 unclean none connection_lost error=connection_lost',
  '/stream/reset client 1006 unclean none connection_reset error=ECONNRESET',
  '/stream/refuse/403 client 1006 unclean none handshake_rejected status=403 error=403',
  '/stream/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/stream/bad/opcode client 1006 unclean local protocol_error error=protocol_error',
  '/stream/bad/code client 1006 unclean local protocol_error error=protocol_error',
  '/stream/nobody client 1006 unclean none handshake_failed error=ECONNREFUSED',
  '/stream/answer/4001 client 4001 clean local local_close reason=ok',
  '/stream/answer/4002 client 4002 clean local local_close reason=ok requested_code=4003',
  '/stream/answer/1000 client 1000 clean local local_close reason=ok',
  '/stream/answer/1000/writer client 1000 clean local local_close reason=ok',
  '/stream/abort client 1006 unclean local aborted_connecting',
  '/stream/hang client 1006 unclean local aborted_connecting',
  '/half/stream/remote/1001 client 1001 clean remote remote_close synthetic reason=bye',
  '/half/stream/silent/0 client 1006 unclean local close_timeout synthetic requested_code=4014 error=close_timeout',
];

const CLIENT = 3;

interface Output {
  readonly seen: Record<string, { type: string; code?: number; wasClean?: boolean }[]>;
  readonly rejections: readonly string[];
  readonly waits: Record<string, readonly string[]>;
}

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/end-undici-sockets.mjs', import.meta.url));
  const isPackage = client !== 'global';
  const hasStreams = isPackage && firesClose;
  const failed = [...FAILED, ...(isPackage ? [NO_PROXY] : []), ...(isPackage && firesClose ? [BLOCKED] : [])];
  const expected = [
    ...OPENED,
    ...(firesClose ? failed : failed.map(withoutCloseEvent)),
    ...(isPackage ? DISPATCHED : []),
    ...(hasStreams ? STREAMS : []),
  ];
  const paths = expected.map((line) => line.slice(1).split(' ', 1).join());
  let receiver: OtlpReceiver;
  let bare: Output;
  let instrumented: Output;

  beforeAll(async () => {
    if (!binary) return;
    receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const run = (query: string) =>
      runNode(binary, ['--no-warnings', program, `client=${client}${query}`], env);
    const [without, ours] = await Promise.all([run(''), run('&instrumented=yes')]);
    expect(ours).toMatchObject({ exitCode: 0, stderr: '' });
    bare = JSON.parse(without.stdout);
    instrumented = JSON.parse(ours.stdout);
  }, 60_000);
  afterAll(() => receiver?.close());

  const spansOf = (path: string) =>
    receiver.spans.filter(({ kind, attributes }) => kind === CLIENT && attributes['url.path'] === `/${path}`);

  it.skipIf(!binary).each(expected)('records once: %s', (line) => {
    const [path = ''] = line.slice(1).split(' ');
    expect(spansOf(path).map(closeLine)).toEqual([line]);
  });

  it.skipIf(!binary)('records the reasons of the app that no Close frame returned', () => {
    const clients = receiver.spans.filter(({ kind }) => kind === CLIENT);
    const requested = clients.flatMap(({ attributes }) => {
      const reason = attributes['websocket.close.requested_reason'];
      return reason === undefined ? [] : [`${attributes['url.path']} ${reason}`];
    });
    const streams = ['/stream/answer/4001 done', '/stream/answer/4002 mine', '/half/stream/silent/0 tired'];
    const sockets = ['/answer/4001 done', '/answer/4002 mine', '/half/silent/0 tired'];
    expect(requested.sort()).toEqual([...sockets, ...(hasStreams ? streams : [])].sort());
  });

  it.skipIf(!binary)('records nothing else', () => {
    const recorded = new Set(receiver.spans.map(({ attributes }) => String(attributes['url.path']).slice(1)));
    recorded.delete('stream/silent/0');
    expect([...recorded].sort()).toEqual([...paths].sort());
  });

  it.skipIf(!binary)('gives what the close event gave', () => {
    for (const [path, events] of Object.entries(instrumented.seen)) {
      const close = events.find(({ type }) => type === 'close');
      const [span] = spansOf(path);
      if (!close || !span || span.attributes['websocket.close.synthetic']) continue;
      const clean = close.wasClean ? 'clean' : 'unclean';
      expect(closeLine(span)).toMatch(`/${path} client ${close.code} ${clean} `);
    }
  });

  it.skipIf(!binary)(
    'waits two seconds for the end of TCP, thirty for a Close frame in return, and no longer',
    () => {
      const all = paths.filter((path) => path.startsWith('half'));
      const complete = all.filter((path) => !path.includes('silent')).sort();
      expect(instrumented.waits).toEqual({
        'complete, before': [],
        complete,
        'unanswered, before': complete,
        unanswered: all.sort(),
      });
    },
  );

  it.skipIf(!binary)('changes nothing that the app sees', () => {
    expect(instrumented.seen).toEqual(bare.seen);
    expect(instrumented.rejections).toEqual(bare.rejections);
    expect(bare.rejections).toHaveLength(hasStreams ? 1 : 0);
  });
});
