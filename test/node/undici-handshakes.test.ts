import { fileURLToPath } from 'node:url';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS } from '../helpers/undici-clients.ts';

/** What an ending of `fixtures/undici-handshakes-app.mjs` becomes: code, cause, initiator, and the status of a refusal. */
type Facts = readonly [code: number, cause: string, initiator: string, status?: number];

const FAILED: Facts = [1006, 'handshake_failed', 'none'];
const REJECTED: Facts = [1006, 'handshake_rejected', 'none', 403];
const ABORTED: Facts = [1006, 'aborted_connecting', 'local'];

const HINTS: Readonly<Record<string, Facts>> = {
  'hints/4001': [4001, 'remote_close', 'remote'],
  'hints/drop': FAILED,
  'hints/refuse': REJECTED,
  'hints/forged': FAILED,
  'hints/abort': ABORTED,
};

const REFUSED: Readonly<Record<string, Facts>> = {
  forged: FAILED,
  protocol: FAILED,
  'refuse/query': REJECTED,
};
/** Of a class that was loaded after the call, which Node's own never is. */
const UNSENT: Readonly<Record<string, Facts>> = {
  'unsent/blocked': FAILED,
  'unsent/name': FAILED,
  'unsent/destroyed': FAILED,
};
const LAST: Readonly<Record<string, Facts>> = {
  'forged/last': FAILED,
  'protocol/last': FAILED,
  'refuse/last': REJECTED,
};

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/undici-handshakes-app.mjs', import.meta.url));
  const hasStreams = client !== 'global' && firesClose;
  const hints: Readonly<Record<string, Facts>> = {
    ...HINTS,
    ...(hasStreams && { 'stream/hints/abort': ABORTED }),
  };
  let receiver: OtlpReceiver;
  let recorded: string[];

  beforeAll(async () => {
    if (!binary) return;
    receiver = await startOtlpReceiver();
    const { exitCode, stdout, stderr } = await runNode(
      binary,
      ['--no-warnings', program, `client=${client}${firesClose ? '&firesClose=yes' : ''}`],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    ({ recorded } = JSON.parse(stdout));
  }, 60_000);
  afterAll(() => receiver?.close());

  const spansOf = (path: string) =>
    receiver.spans.filter(({ attributes }) => attributes['url.path'] === `/${path}`);

  it.skipIf(!binary).each(Object.keys(hints))('takes no interim response for the answer: %s', (path) => {
    expect(spansOf(path).map(facts)).toEqual([hints[path]]);
  });

  it.skipIf(!binary)('counts no handshake under the status of an interim response', () => {
    const ofClients = receiver.points.filter(({ name }) => name === 'websocket.client.handshake.duration');
    const statuses = new Set(ofClients.map(({ attributes }) => attributes['http.response.status_code']));
    expect(statuses).toEqual(new Set([undefined, 403]));
  });

  it.skipIf(!binary || client === 'global')('records a connection whose answer the app held back', () => {
    expect(spansOf('held').map(facts)).toEqual([[4002, 'local_close', 'local']]);
  });

  it.skipIf(!binary || !firesClose).each(Object.keys(REFUSED))('records at its close event: %s', (path) => {
    expect(spansOf(path).map(facts)).toEqual([REFUSED[path]]);
    expect(spansOf(path).map(isSynthetic)).toEqual([false]);
    expect(recorded.indexOf(path)).toBeLessThan(recorded.indexOf(`after/${path}`));
  });

  it.skipIf(!binary || !hasStreams).each(Object.keys(UNSENT))('records without a request: %s', (path) => {
    expect(spansOf(path).map(facts)).toEqual([UNSENT[path]]);
  });

  it.skipIf(!binary).each(Object.keys(LAST))('records once before its listener shuts down: %s', (path) => {
    expect(spansOf(path).map(facts)).toEqual([LAST[path]]);
    expect(spansOf(path).map(isSynthetic)).toEqual([!firesClose]);
  });
});

function facts({ attributes }: ReceivedSpan): unknown[] {
  const all = ['close.code', 'close.cause', 'close.initiator'].map((name) => attributes[`websocket.${name}`]);
  const status = attributes['http.response.status_code'];
  return status === undefined ? all : [...all, status];
}

function isSynthetic({ attributes }: ReceivedSpan): boolean {
  return attributes['websocket.close.synthetic'] === true;
}
