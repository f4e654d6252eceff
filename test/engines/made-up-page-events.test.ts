import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { until } from '../helpers/engine.ts';

/** Dispatches events as a page fires them when it goes, sleeps, and loses its network. */
const MAKE_UP = `
  for (const type of ['beforeunload', 'pagehide', 'visibilitychange', 'pageshow', 'freeze', 'resume', 'offline', 'online', 'focus']) {
    for (const target of [document, window]) {
      target.dispatchEvent(new PageTransitionEvent(type, { persisted: true, bubbles: true }));
    }
  }
`;

describeEngines((test) => {
  it.each([
    {
      path: '/cut',
      end: `socket.send('now')`,
      line: '/cut client 1006 unclean none connection_lost error=connection_lost',
    },
    { path: '/open', end: 'socket.close(4001)', line: '/open client 4001 clean local local_close' },
  ])('events that a script makes up neither end $path nor explain its end', async ({ path, end, line }) => {
    const tab = await test.openTab({ otlp: test.receiver.url, open: path });
    await until(tab, `document.title === 'open'`);
    await tab.evaluate(`void (() => { ${MAKE_UP} })()`);
    await tab.evaluate('handle.forceFlush()');
    expect(test.receiver.spans.map(closeLine)).not.toContainEqual(expect.stringContaining(path));
    await tab.evaluate(`void ${end}`);
    await until(tab, 'seen.length > 1');
    await tab.evaluate('handle.forceFlush()');
    const span = await test.arrived(path);
    expect(closeLine(span)).toBe(line);
    expect(span.attributes['websocket.suspended_duration']).toBeUndefined();
  });

  it('a made-up event of a page that goes does not make a clean close one of the page', async () => {
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(`void dispatchEvent(new Event('beforeunload'))`);
    await tab.evaluate(`run(['${test.site.ws}/away'])`);
    expect(closeLine(await test.arrived('/away'))).toBe('/away client 1001 clean remote remote_close');
  });
});
