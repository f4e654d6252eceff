import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { until } from '../helpers/engine.ts';

describeEngines((test) => {
  const { name } = test;

  it('a policy that blocks the connection leaves one span, where there is a socket at all', async () => {
    const csp = `connect-src http://127.0.0.1:*`;
    const run = `run(['${test.site.ws}/blocked'])`;
    const native = await (await test.openTab({ csp })).evaluate(run);
    const seen = await (await test.openTab({ csp, otlp: test.receiver.url })).evaluate(run);
    expect(seen).toEqual(native);
    if (name === 'chromium') {
      expect(seen).toEqual({ '/blocked': ['error 3'] });
      expect(test.receiver.spans.map(closeLine)).toEqual([
        '/blocked client 1006 unclean none handshake_failed synthetic error=handshake_failed',
      ]);
    } else {
      expect(seen).toEqual({
        '/blocked': [expect.stringMatching(/^threw (SecurityError|NS_ERROR_CONTENT_BLOCKED)$/)],
      });
      expect(test.receiver.spans).toEqual([]);
    }
  });

  it.each([
    { title: 'a blocked port', url: () => 'ws://127.0.0.1:6667/failed' },
    { title: 'a server without TLS', url: () => `${test.site.ws.replace('ws:', 'wss:')}/failed` },
    { title: 'nobody listening', url: () => `${test.site.nobody}/failed` },
  ])('$title leaves one span', async ({ title, url }) => {
    const run = `run(['${url()}'])`;
    const native = await (await test.openTab()).evaluate(run);
    const seen = await (await test.openTab({ otlp: test.receiver.url })).evaluate(run);
    expect(seen).toEqual(native);
    const hasNoClose = name === 'webkit' && title === 'a blocked port';
    const code = name === 'firefox' && title === 'a server without TLS' ? 1015 : 1006;
    const synthetic = hasNoClose ? ' synthetic' : '';
    expect(test.receiver.spans.map(closeLine)).toEqual([
      `/failed client ${code} unclean none handshake_failed${synthetic} error=handshake_failed`,
    ]);
    expect(JSON.stringify(seen).includes('close')).toBe(!hasNoClose);
  });

  it('a close() that is never answered is one span', { timeout: 120_000 }, async () => {
    const tab = await test.openTab({ otlp: test.receiver.url, open: '/deaf' });
    await until(tab, `document.title === 'open'`);
    await tab.evaluate('socket.close(4002, "tired")');
    await until(tab, 'seen.length > 1');
    await tab.evaluate('handle.forceFlush()');
    const span = await test.arrived('/deaf');
    expect(span.attributes['websocket.close.requested_reason']).toBe('tired');
    expect(closeLine(span)).toBe(
      '/deaf client 1006 unclean local close_timeout requested_code=4002 error=close_timeout',
    );
  });
});
