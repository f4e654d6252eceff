import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS, withoutCloseEvent } from '../helpers/undici-clients.ts';

/** Handshakes of `fixtures/vary-undici-handshakes.mjs` that an interim response comes before. */
const HINTS = [
  '/hints/4001 client 4001 clean remote remote_close reason=bye',
  '/hints/drop client 1006 unclean none handshake_failed error=handshake_failed',
  '/hints/refuse client 1006 unclean none handshake_rejected status=403 error=403',
  '/hints/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/hints/abort client 1006 unclean local aborted_connecting',
];
const STREAM_HINTS = '/stream/hints/abort client 1006 unclean local aborted_connecting';
const HELD = '/held client 4002 clean local local_close reason=ok';
const REFUSED = [
  '/forged client 1006 unclean none handshake_failed error=handshake_failed',
  '/protocol client 1006 unclean none handshake_failed error=handshake_failed',
  '/refuse/query client 1006 unclean none handshake_rejected status=403 error=403',
];
/** Of a class that was loaded after the call, which Node's own never is. */
const UNSENT = [
  '/unsent/blocked client 1006 unclean none handshake_failed error=handshake_failed',
  '/unsent/name client 1006 unclean none handshake_failed error=handshake_failed',
  '/unsent/destroyed client 1006 unclean none handshake_failed error=handshake_failed',
];
const LAST = [
  '/forged/last client 1006 unclean none handshake_failed error=handshake_failed',
  '/protocol/last client 1006 unclean none handshake_failed error=handshake_failed',
  '/refuse/last client 1006 unclean none handshake_rejected status=403 error=403',
];

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  const program = fileURLToPath(new URL('fixtures/vary-undici-handshakes.mjs', import.meta.url));
  const hasStreams = client !== 'global' && firesClose;
  const hints = hasStreams ? [...HINTS, STREAM_HINTS] : HINTS;
  const asFired = (lines: readonly string[]) => (firesClose ? lines : lines.map(withoutCloseEvent));
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

  /** The lines of all closes of clients with the path of a line. */
  const linesLike = (line: string) =>
    receiver.spans.map(closeLine).filter((one) => one.startsWith(`${line.split(' ')[0]} client `));

  it.skipIf(!binary).each(asFired(hints))('takes no interim response for the final one: %s', (line) => {
    expect(linesLike(line)).toEqual([line]);
  });

  it.skipIf(!binary)('counts no handshake under the status of an interim response', () => {
    const ofClients = receiver.points.filter(({ name }) => name === 'websocket.client.handshake.duration');
    const statuses = new Set(ofClients.map(({ attributes }) => attributes['http.response.status_code']));
    expect(statuses).toEqual(new Set([undefined, 403]));
  });

  it.skipIf(!binary || client === 'global')('records a connection whose response the app held back', () => {
    expect(linesLike(HELD)).toEqual([HELD]);
  });

  it.skipIf(!binary || !firesClose).each(REFUSED)('records at its close event: %s', (line) => {
    const [path = ''] = line.slice(1).split(' ');
    expect(linesLike(line)).toEqual([line]);
    expect(recorded.indexOf(path)).toBeLessThan(recorded.indexOf(`after/${path}`));
  });

  it.skipIf(!binary || !hasStreams).each(UNSENT)('records without a request: %s', (line) => {
    expect(linesLike(line)).toEqual([line]);
  });

  it.skipIf(!binary).each(asFired(LAST))('records once before its listener shuts down: %s', (line) => {
    expect(linesLike(line)).toEqual([line]);
  });
});
