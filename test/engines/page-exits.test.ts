import { closeLine } from '@closespan/testing';
import { expect, it } from 'vitest';
import { describeEngines } from '../helpers/describe-engines.ts';
import { type Tab, until } from '../helpers/engine.ts';

const CLOSED = '/open client 1001 unclean local page_exit synthetic';

describeEngines((test) => {
  const { name } = test;
  const isFirefox = name === 'firefox';
  /** Firefox closes the sockets of a page that navigates before its `pagehide`; it tells the page, and caches none. */
  const left = isFirefox ? '/open client 1001 clean local page_exit' : CLOSED;
  const cached = isFirefox ? left : '/open client 1001 unclean local bfcache synthetic';

  const navigate = (tab: Tab) => tab.goto(`${test.site.url}/next`);

  it.each([
    { title: 'a navigation', leave: navigate, expected: cached },
    { title: 'a reload', leave: (tab: Tab) => tab.reload(), expected: left },
  ])('$title leaves one span, with the code that the server is told', async ({ leave, expected }) => {
    const tab = await openSocket('/open');
    const code = test.codeAtServer('/open');
    await leave(tab);
    expect(closeLine(await test.arrived('/open'))).toBe(expected);
    await tab.close();
    expect(await code).toBe(1001);
    await expectOne('/open');
  });

  it.skipIf(isFirefox)('a closed tab leaves one span', async () => {
    const tab = await openSocket('/open');
    const code = test.codeAtServer('/open');
    await tab.close();
    expect(closeLine(await test.arrived('/open'))).toBe(CLOSED);
    expect(await code).toBe(1001);
    await expectOne('/open');
  });

  // MiniBrowser opens no windows for scripts.
  it.skipIf(name === 'webkit')('a window that its opener closes leaves one span', async () => {
    const tab = await test.openTab();
    await tab.evaluate(`void (window.child = window.open(${address('/open')}))`);
    await until(tab, `child.document.title === 'open'`);
    await tab.evaluate('child.close()');
    expect(closeLine(await test.arrived('/open'))).toBe(CLOSED);
    await expectOne('/open');
  });

  it('an iframe that is removed leaves one span, by its own instrumentation', async () => {
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(
      `void document.body.append(Object.assign(document.createElement('iframe'), { src: ${address('/open')} }))`,
    );
    await until(tab, `document.title === 'open'`);
    const code = test.codeAtServer('/open');
    await tab.evaluate(`document.querySelector('iframe').remove()`);
    expect(closeLine(await test.arrived('/open'))).toBe(CLOSED);
    expect(await code).toBe(1001);
    await expectOne('/open');
  });

  it('a handshake without a response leaves one span when the page goes', async () => {
    const tab = await openSocket('/hang');
    await navigate(tab);
    const span = await test.arrived('/hang');
    expect(closeLine(span)).toMatch(
      isFirefox
        ? /^\/hang client 1006 clean local page_exit$/
        : /^\/hang client 1006 unclean local (page_exit|bfcache) synthetic$/,
    );
    expect(span.attributes['websocket.handshake.succeeded']).toBe(false);
    // Handshakes with one server wait for each other.
    await tab.close();
    await expectOne('/hang');
  });

  it('a close() of the app as the page goes is what the span tells', async () => {
    const tab = await openSocket('/open', { closeOnHide: 'true' });
    const code = test.codeAtServer('/open');
    await navigate(tab);
    // In Firefox the socket is closed by then.
    const expected = isFirefox ? 1001 : 4300;
    expect(closeLine(await test.arrived('/open'))).toBe(cached.replace('1001', `${expected}`));
    expect(await code).toBe(expected);
    await expectOne('/open');
  });

  it('a code with a fraction is the one that the server is told, also where the page goes at once', async () => {
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(
      `void document.body.append(Object.assign(document.createElement('iframe'), { src: ${address('/open')} }))`,
    );
    await until(tab, `document.title === 'open'`);
    const code = test.codeAtServer('/open');
    await tab.evaluate(`void ((frame) => {
      frame.contentWindow.socket.close(4000.6);
      frame.remove();
    })(document.querySelector('iframe'))`);
    const span = await test.arrived('/open');
    expect(span.attributes['websocket.close.cause']).toBe('page_exit');
    expect(span.attributes['websocket.close.code']).toBe(await code);
    expect(span.attributes).not.toHaveProperty('websocket.close.requested_code');
  });

  it('a return from the back/forward cache adds no span, and the page goes on as ever', async () => {
    const native = await comeBack('');
    const seen = await comeBack(test.receiver.url);
    expect(seen).toEqual(native);
    expect(closeLine(await test.arrived('/open'))).toBe(cached);
    await expectOne('/open');
  });

  /** Leaves a page and returns; tells what the app saw, where the page was cached. */
  async function comeBack(otlp: string): Promise<unknown> {
    const tab = await test.openTab({ open: '/open', ...(otlp && { otlp }) });
    await until(tab, `document.title === 'open'`);
    await tab.evaluate(`void (window.kept = 'kept')`);
    await navigate(tab);
    await tab.back();
    await until(tab, `document.title !== ''`);
    const kept = await tab.evaluate('window.kept ?? null');
    if (kept) await until(tab, 'seen.length === 3');
    const seen = await tab.evaluate('seen');
    // What is still to be told comes before the end of this.
    if (otlp) await tab.evaluate(`run(['${test.site.ws}/server/1011'])`);
    await tab.close();
    return { kept, seen };
  }

  async function openSocket(path: string, query = {}): Promise<Tab> {
    const tab = await test.openTab({ otlp: test.receiver.url, open: path, ...query });
    await until(tab, `document.title === 'open'`);
    return tab;
  }

  function address(path: string): string {
    return JSON.stringify(`/?${new URLSearchParams({ otlp: test.receiver.url, open: path })}`);
  }

  /** Lets another page send a span, then counts. */
  async function expectOne(path: string): Promise<void> {
    const tab = await test.openTab({ otlp: test.receiver.url });
    await tab.evaluate(`run(['${test.site.ws}/server/1012'])`);
    const spans = test.receiver.spans.filter(({ attributes }) => attributes['url.path'] === path);
    expect(spans).toHaveLength(1);
  }
});
