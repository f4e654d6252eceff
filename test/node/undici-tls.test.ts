import { fileURLToPath } from 'node:url';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { UNDICI_CLIENTS, withoutCloseEvent } from '../helpers/undici-clients.ts';

/** The rest of a line after the path and `client`, by the ending. */
const OPENED: Readonly<Record<string, string>> = {
  answer: '4001 clean local local_close reason=ok',
  idle: '4001 clean local local_close reason=ok',
  remote: '1001 clean remote remote_close reason=bye',
  drop: '1006 unclean none connection_lost error=connection_lost',
};
const REFUSED = '1006 unclean none handshake_rejected status=403 error=403';
const FAILED = '1006 unclean none handshake_failed error=handshake_failed';
const UNTRUSTED = '1006 unclean none handshake_failed error=DEPTH_ZERO_SELF_SIGNED_CERT';

/** The close as it is recorded if calls of `close()` go unseen, and Close frames, too, on a stream of HTTP/2. */
function unclaimed(close: string, hidesFrames: boolean): string {
  const withoutNone = close.replace(' none ', ' unknown ');
  return hidesFrames
    ? withoutNone.replace(/local local_close|remote remote_close/, 'unknown unknown')
    : withoutNone;
}

describe.each(UNDICI_CLIENTS)('Node $version, $client', ({ client, binary, firesClose }) => {
  it.skipIf(!binary).each([
    { frozen: '', what: 'and changes none' },
    { frozen: '&frozen=yes', what: 'and does not claim who closed if the class is frozen' },
  ])('records each connection over TLS and HTTP/2 once, $what', async ({ frozen }) => {
    const program = fileURLToPath(new URL('fixtures/connect-undici-over-tls.mjs', import.meta.url));
    const receiver = await startOtlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const run = (query: string) =>
      runNode(binary ?? '', ['--no-warnings', program, `client=${client}${frozen}${query}`], env);
    const [bare, instrumented] = await Promise.all([run(''), run('&instrumented=yes')]);
    await receiver.close();
    expect(instrumented).toEqual(bare);
    expect(bare).toMatchObject({ exitCode: 0, stderr: '' });

    const seen: Record<string, { type: string }[]> = JSON.parse(bare.stdout);
    const expected = Object.entries(seen).map(([path, events]) => {
      const [over, ending = ''] = path.split('/');
      // undici 8.10, of Node 26, does not take the response of HTTP/2 that 8.12 takes.
      const opened = events.some(({ type }) => type === 'open') ? OPENED[ending] : FAILED;
      const close = over === 'untrusted' ? UNTRUSTED : ending === 'refuse' ? REFUSED : opened;
      const hidesFrames = client === 'undici8' && over === 'h2';
      const line = `/${path} client ${frozen ? unclaimed(close ?? '', hidesFrames) : close}`;
      return firesClose ? line : withoutCloseEvent(line);
    });
    const recorded = receiver.spans.filter(({ kind }) => kind === 3).map(closeLine);
    expect(recorded.sort()).toEqual(expected.sort());
    expect(expected).toHaveLength(16);
    if (client === 'undici8') expect(seen['h2/answer']?.[0]?.type).toBe('open');
    for (const { kind, attributes } of receiver.spans) {
      if (kind !== 3 || attributes['websocket.handshake.succeeded'] === false) continue;
      // A stream of HTTP/2 does not count what it sends.
      const isHttp2 = client === 'undici8' && String(attributes['url.path']).startsWith('/h2');
      expect(attributes['websocket.received.size'] ?? 0).toBeGreaterThanOrEqual(0);
      expect(typeof attributes['websocket.sent.size']).toBe(isHttp2 ? 'undefined' : 'number');
      expect(typeof attributes['websocket.idle.duration']).toBe(isHttp2 ? 'undefined' : 'number');
    }
  });
});
