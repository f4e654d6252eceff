import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

/** What an ending of `fixtures/undici-app.mjs` becomes; what is absent is left out. */
type Facts = Partial<
  Record<'reason' | 'errorType' | 'requested' | 'status' | 'synthetic', string | number | boolean>
> & { readonly code: number; readonly clean: boolean; readonly initiator: string; readonly cause: string };

const remote = (code: number, reason = 'bye'): Facts => ({
  code,
  clean: true,
  initiator: 'remote',
  cause: 'remote_close',
  ...(reason && { reason }),
});
const local = (code: number, requested = code): Facts => ({
  code,
  clean: true,
  initiator: 'local',
  cause: 'local_close',
  reason: 'ok',
  ...(requested !== code && { requested }),
});
const lost = (cause: string, errorType = cause, initiator = 'none'): Facts => ({
  code: 1006,
  clean: false,
  initiator,
  cause,
  errorType,
});
const refused = (status: number): Facts => ({ ...lost('handshake_rejected', String(status)), status });
const PROTOCOL_ERROR = lost('protocol_error', undefined, 'local');
const ABORTED: Facts = { code: 1006, clean: false, initiator: 'local', cause: 'aborted_connecting' };
const SILENT: Facts = { ...lost('close_timeout', undefined, 'local'), requested: 4014, synthetic: true };

/** Connections that open, which is told alike everywhere. */
const OPENED: Readonly<Record<string, Facts>> = {
  'remote/1001': remote(1001),
  'remote/4401': remote(4401),
  'remote/fin': remote(1001, ''),
  frames: remote(4005, 'é'),
  pieces: remote(4009, 'slow'),
  later: remote(1001, ''),
  drop: lost('connection_lost'),
  reset: lost('connection_reset', 'ECONNRESET'),
  v6: lost('connection_lost'),
  'bad/short': PROTOCOL_ERROR,
  'bad/code': PROTOCOL_ERROR,
  'bad/utf8': PROTOCOL_ERROR,
  'bad/masked': PROTOCOL_ERROR,
  'bad/opcode': PROTOCOL_ERROR,
  'answer/4001': local(4001),
  'answer/4002': local(4002, 4003),
  'answer/1000': local(1000),
  'answer/4006': local(4006),
  'answer/4008': local(4008),
  'half/remote/1001': { ...remote(1001), synthetic: true },
  'half/late/remote/1012': { ...remote(1012), cause: 'server_restart', synthetic: true },
  'half/answer/4012': { ...local(4012, 4013), synthetic: true },
  'half/silent/0': SILENT,
};
/** Handshakes that fail: synthetic where no `close` is fired. */
const FAILED: Readonly<Record<string, Facts>> = {
  'refuse/200': refused(200),
  'refuse/301': refused(301),
  'refuse/401': refused(401),
  'refuse/403': refused(403),
  'refuse/404': refused(404),
  'refuse/503': refused(503),
  forged: lost('handshake_failed'),
  protocol: lost('handshake_failed'),
  abort: ABORTED,
  hang: ABORTED,
  nobody: lost('handshake_failed', 'ECONNREFUSED'),
  'no-name': lost('handshake_failed', 'ENOTFOUND'),
  'no-tls': lost('handshake_failed', 'ERR_SSL_WRONG_VERSION_NUMBER'),
};
/** Only the package takes a dispatcher. */
const DISPATCHED: Readonly<Record<string, Facts>> = {
  'answer/4010': local(4010),
  'answer/4011': local(4011),
};
const NO_PROXY = lost('handshake_failed');
/** No request is made; recorded where the class was loaded after the call. */
const BLOCKED = lost('handshake_failed');
/** undici 7 and 8. */
const STREAMS: Readonly<Record<string, Facts>> = {
  'stream/remote/1001': remote(1001),
  'stream/remote/4401': remote(4401),
  'stream/drop': lost('connection_lost'),
  'stream/drop/unhandled': lost('connection_lost'),
  'stream/reset': lost('connection_reset', 'ECONNRESET'),
  'stream/refuse/403': refused(403),
  'stream/forged': lost('handshake_failed'),
  'stream/bad/opcode': PROTOCOL_ERROR,
  'stream/bad/code': PROTOCOL_ERROR,
  'stream/nobody': lost('handshake_failed', 'ECONNREFUSED'),
  'stream/answer/4001': local(4001),
  'stream/answer/4002': local(4002, 4003),
  'stream/answer/1000': local(1000),
  'stream/answer/1000/writer': local(1000),
  'stream/abort': ABORTED,
  'stream/hang': ABORTED,
  'half/stream/remote/1001': { ...remote(1001), synthetic: true },
  'half/stream/silent/0': SILENT,
};

const CLIENT = 3;

interface Output {
  readonly seen: Record<string, { type: string; code?: number; wasClean?: boolean }[]>;
  readonly rejections: readonly string[];
  readonly waits: Record<string, readonly string[]>;
}

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/undici-app.mjs', import.meta.url));
  const isPackage = client !== 'global';
  const hasStreams = isPackage && firesClose;
  const failed = {
    ...FAILED,
    ...(isPackage && { 'no-proxy': NO_PROXY }),
    ...(isPackage && firesClose && { blocked: BLOCKED }),
  };
  const synthetic = Object.entries(failed).map(([path, facts]) => [
    path,
    { ...facts, ...(!firesClose && { synthetic: true }) },
  ]);
  const expected: Readonly<Record<string, Facts>> = {
    ...OPENED,
    ...Object.fromEntries(synthetic),
    ...(isPackage && DISPATCHED),
    ...(hasStreams && STREAMS),
  };
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

  it.skipIf(!binary).each(Object.keys(expected))('records %s once', (path) => {
    expect(spansOf(path).map(facts)).toEqual([expected[path]]);
  });

  it.skipIf(!binary)('records nothing else', () => {
    const paths = new Set(receiver.spans.map(({ attributes }) => String(attributes['url.path']).slice(1)));
    paths.delete('stream/silent/0');
    expect([...paths].sort()).toEqual(Object.keys(expected).sort());
  });

  it.skipIf(!binary)('gives what the close event gave', () => {
    for (const [path, events] of Object.entries(instrumented.seen)) {
      const close = events.find(({ type }) => type === 'close');
      const [span] = spansOf(path);
      if (!close || !span || span.attributes['websocket.close.synthetic']) continue;
      const { code, clean } = facts(span);
      expect({ path, code, clean }).toEqual({ path, code: close.code, clean: close.wasClean });
    }
  });

  it.skipIf(!binary)('waits two seconds for the end of TCP, thirty for an answer, and no longer', () => {
    const all = Object.keys(expected).filter((path) => path.startsWith('half'));
    const complete = all.filter((path) => !path.includes('silent')).sort();
    expect(instrumented.waits).toEqual({
      'complete, before': [],
      complete,
      'unanswered, before': complete,
      unanswered: all.sort(),
    });
  });

  it.skipIf(!binary)('changes nothing that the app sees', () => {
    expect(instrumented.seen).toEqual(bare.seen);
    expect(instrumented.rejections).toEqual(bare.rejections);
    expect(bare.rejections).toHaveLength(hasStreams ? 1 : 0);
  });
});

function facts({ attributes }: ReceivedSpan): Facts {
  const all = {
    code: attributes['websocket.close.code'],
    clean: attributes['websocket.close.was_clean'],
    initiator: attributes['websocket.close.initiator'],
    cause: attributes['websocket.close.cause'],
    reason: attributes['websocket.close.reason'],
    errorType: attributes['error.type'],
    requested: attributes['websocket.close.requested_code'],
    status: attributes['http.response.status_code'],
    synthetic: attributes['websocket.close.synthetic'],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Facts;
}
