import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { type Tab, until } from '../helpers/engine.ts';

describeEngines((test) => {
  it.runIf(test.name === 'chromium')(
    'a frozen page loses its socket to that, and looks as ever',
    async () => {
      const native = await freeze('');
      const seen = await freeze(test.receiver.url);
      expect(seen).toEqual(native);
      const span = await test.arrived('/open');
      expect(closeLine(span)).toBe('/open client 1006 unclean unknown suspended');
      expect(span.attributes['websocket.suspended_duration']).toBeGreaterThan(0);
    },
  );

  it('a device that slept explains a lost connection', async () => {
    const tab = await openSocket('/cut');
    // No peer can put this machine to sleep: to a page it is a wall clock that jumps ahead of the monotonic one.
    await tab.evaluate('void (Date.now = ((now) => () => now() + 3_600_000)(Date.now))');
    await tab.evaluate(`socket.send('now')`);
    await until(tab, 'seen.length === 2');
    await tab.evaluate('handle.forceFlush()');
    const span = await test.arrived('/cut');
    expect(closeLine(span)).toBe('/cut client 1006 unclean none suspended');
    expect(span.attributes['websocket.suspended_duration']).toBeCloseTo(3600, 0);
    expect(span.attributes['websocket.connection.duration']).toBeLessThan(3600);
  });

  it.skipIf(test.name === 'webkit')('a connection that is made without network says so', async () => {
    const tab = await openSocket('/open');
    await tab.setOffline?.(true);
    await tab.evaluate(
      `void (socket = new WebSocket('${test.site.ws}/offline'), socket.onclose = () => (document.title = 'failed'))`,
    );
    await until(tab, `document.title === 'failed'`);
    await tab.setOffline?.(false);
    await tab.evaluate('handle.forceFlush()');
    expect(closeLine(await test.arrived('/offline'))).toBe(
      '/offline client 1006 unclean none offline error=offline',
    );
  });

  async function freeze(otlp: string): Promise<unknown> {
    const tab = await test.openTab({ open: '/open', ...(otlp && { otlp }) });
    await until(tab, `document.title === 'open'`);
    await tab.setFrozen?.(true);
    await tab.setFrozen?.(false);
    await until(tab, 'seen.length === 3');
    const seen = await tab.evaluate('seen');
    if (otlp) await tab.evaluate('handle.forceFlush()');
    return seen;
  }

  async function openSocket(path: string): Promise<Tab> {
    const tab = await test.openTab({ otlp: test.receiver.url, open: path });
    await until(tab, `document.title === 'open'`);
    return tab;
  }
});
