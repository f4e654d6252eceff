import type { ReceivedSpan } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { type Tab, until } from '../helpers/engine.ts';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';

describeEngines((test) => {
  let server: RestartingServer;
  let url: string;
  beforeEach(async () => {
    server = await startRestartingServer();
    url = `${server.url}/chat?token=secret`;
  });
  afterEach(() => server.close());

  type Run = (command: string, url?: string) => Promise<unknown>;
  const inPage =
    (tab: Tab): Run =>
    (command, url = '') =>
      tab.evaluate(
        command === 'flush'
          ? 'handle.forceFlush().then(() => true)'
          : `reconnectCommands.${command}('${url}')`,
      );
  const inWorker =
    (tab: Tab): Run =>
    (command, url = '') =>
      tab.evaluate(`tellWorker('${command}', '${url}')`);

  const spans = (name: string) =>
    test.receiver.spans.filter((span) => span.name === name && span.attributes['url.path'] === '/chat');
  const outages = () =>
    spans('websocket.reconnect').map(({ statusCode, attributes }) => [
      statusCode,
      attributes['websocket.close.cause'],
      attributes['websocket.reconnect.attempts'],
    ]);
  const closes = () => spans('websocket.close').sort((a, b) => a.endTime - b.endTime);
  const previousOf = ({ links }: ReceivedSpan) =>
    links.find(({ attributes }) => attributes['websocket.link.type'] === 'previous_connection')?.spanId;

  /** Opens a page, and makes it record a close, so that all code for records is loaded. */
  async function openReadyTab(): Promise<Tab> {
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(`run(['${test.site.ws}/server/1000'])`);
    return tab;
  }
  async function lose(run: Run): Promise<void> {
    await server.stop();
    await run('lost');
  }
  /** Loses a connection, fails to connect twice, connects, and closes normally. */
  async function comeBack(run: Run): Promise<void> {
    expect(await run('connect', url)).toBe(true);
    await lose(run);
    expect(await run('connect', url)).toBe(false);
    expect(await run('connect', url)).toBe(false);
    await server.start();
    expect(await run('connect', url)).toBe(true);
    await run('leave');
    await run('flush');
  }
  async function expectOneOutage(): Promise<void> {
    await expect.poll(closes, { timeout: 20_000 }).toHaveLength(4);
    expect(outages()).toEqual([[1, 'connection_lost', 3]]);
    const [outage] = spans('websocket.reconnect') as [ReceivedSpan];
    expect(outage.attributes).toMatchObject({
      'websocket.reconnect.causes': ['handshake_failed'],
      'url.path': '/chat',
    });
    const ids = closes().map(({ spanId }) => spanId);
    expect(previousOf(outage)).toBe(ids[0]);
    expect(closes().map(previousOf)).toEqual([undefined, ...ids.slice(0, -1)]);
    expect(closes().map(({ attributes }) => attributes['websocket.reconnect.attempt'])).toEqual([
      undefined,
      1,
      2,
      3,
    ]);
    expect(JSON.stringify(test.receiver.spans)).not.toContain('secret');
  }

  it('a page that comes back after failed attempts makes one span of the outage, and its downtime', async () => {
    const run = inPage(await test.openTab({ otlp: test.receiver.url, metrics: '' }));
    await comeBack(run);
    await expectOneOutage();
    await expect
      .poll(() => test.receiver.points.filter(({ name }) => name === 'websocket.client.reconnect.downtime'))
      .toMatchObject([{ attributes: { 'websocket.close.cause': 'connection_lost' } }]);
  });

  it.each(['dedicated', 'shared', 'service'])('a %s worker has chains of its own', async (kind) => {
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(`runIn('${kind}', [])`);
    await comeBack(inWorker(tab));
    await expectOneOutage();
  });

  it('a page that is left while it is down makes a span with an error', async () => {
    const tab = await openReadyTab();
    const run = inPage(tab);
    await run('connect', url);
    await lose(run);
    expect(await run('connect', url)).toBe(false);
    await tab.goto(`${test.site.url}/next`);
    await expect.poll(outages, { timeout: 20_000 }).toEqual([[2, 'connection_lost', 1]]);
  });

  it('a page that is left while its next attempt is under way counts that attempt', async () => {
    const tab = await openReadyTab();
    const run = inPage(tab);
    await run('connect', url);
    await lose(run);
    await server.start();
    server.holdHandshakes();
    const asked = server.asked();
    await tab.evaluate(`void reconnectCommands.connect('${url}')`);
    await asked;
    await tab.goto(`${test.site.url}/next`);
    await expect.poll(outages, { timeout: 20_000 }).toEqual([[2, 'connection_lost', 1]]);
  });

  it('a page that returns goes on with its chain, and has no second span of an outage', async () => {
    const tab = await openReadyTab();
    const run = inPage(tab);
    await run('connect', url);
    await lose(run);
    expect(await run('connect', url)).toBe(false);
    await tab.evaluate(`void (window.kept = 'kept')`);
    await tab.goto(`${test.site.url}/next`);
    await server.start();
    await tab.back();
    await until(tab, `location.pathname === '/' && 'run' in window`);
    const isKept = await tab.evaluate(`window.kept === 'kept'`);
    expect(await run('connect', url)).toBe(true);
    await run('leave');
    await run('flush');
    await expect.poll(closes, { timeout: 20_000 }).toHaveLength(3);
    expect(outages()).toEqual([[2, 'connection_lost', 1]]);
    const last = closes()[2] as ReceivedSpan;
    expect(last.attributes['websocket.reconnect.attempt']).toBe(isKept ? 2 : undefined);
    expect(previousOf(last)).toBe(isKept ? closes()[1]?.spanId : undefined);
  });

  it.each(['dedicated', 'shared'])(
    'a %s worker that ends itself while it is down makes a span',
    async (kind) => {
      const tab = await test.openTab({ otlp: test.receiver.url });
      await tab.evaluate(`runIn('${kind}', ['${test.site.ws}/server/1000'])`);
      const run = inWorker(tab);
      await run('connect', url);
      await lose(run);
      expect(await run('connect', url)).toBe(false);
      await run('exit');
      await expect.poll(outages, { timeout: 20_000 }).toEqual([[2, 'connection_lost', 1]]);
    },
  );
});
