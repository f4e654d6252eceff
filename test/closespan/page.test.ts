import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { instrumentWebSockets } from '@closespan/node';
import {
  type CloseStore,
  type ClosespanReceiver,
  createCloseStore,
  createPageHandler,
  type PageOptions,
  startClosespanReceiver,
} from 'closespan/receiver';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import { closeSpanOf, outageSpanOf } from './close-spans.ts';

/** A busy machine takes its time. */
const SOON = { timeout: 20_000 };

let browser: Browser;
let store: CloseStore;
let receiver: ClosespanReceiver;
/** Errors of the page: exceptions, and what its security policy refused. */
let errors: string[];

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser.close());
beforeEach(async () => {
  store = createCloseStore();
  errors = [];
  receiver = await serve();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await receiver.close();
});

const serve = (options: PageOptions = {}, port = 0) =>
  startClosespanReceiver({ port, store, serve: createPageHandler(store, options) });

async function open(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${receiver.url}/${hash}`);
  return page;
}

const rows = (page: Page) =>
  page
    .getByRole('grid')
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') });
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('data-span') ?? document.activeElement?.id);

describe('real connections', () => {
  it('of Node and of a browser are in the table, with the defaults of the adapters', async () => {
    const handle = instrumentWebSockets({
      serviceName: 'shop',
      otlp: { url: receiver.url },
      acceptCarriers: ['query'],
    });
    const script = await bundlePage('test/closespan/fixtures/closing-page.ts');
    const site = await startPageSite(script);
    const page = await open();
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/close/4401/?token=secret`);
    await once(socket, 'close');
    await expect.poll(() => rows(page).first().textContent(), SOON).toMatch(/4401 .*4401 /);
    const visitor = await page.context().newPage();
    await visitor.goto(`${site.url}/?${new URLSearchParams({ otlp: receiver.url })}`);
    await expect
      .poll(() => rows(page).filter({ hasText: '/close/1011/' }).textContent(), SOON)
      .toMatch(/page · shop.*1011 Internal Error.*1011 Internal Error/);
    expect(await page.locator('body').textContent()).not.toContain('secret');
    await handle.shutdown();
    await site.close();
    expect(errors).toEqual([]);
  });
});

describe('the table', () => {
  it('shows both ends of a connection in one row, the end that knows the cause in words, and the newest first', async () => {
    const page = await open();
    await page.getByText('No WebSocket has closed yet').waitFor();
    store.addSpans([closeSpanOf({ id: 'one', side: 'client' })]);
    await expect.poll(() => rows(page).count(), SOON).toBe(1);
    await expect.poll(() => rows(page).first().textContent(), SOON).toContain('no record');
    store.addSpans([
      closeSpanOf({ id: 'two', code: 1000, cause: 'local_close', path: '/rooms/7', reason: 'done' }),
      closeSpanOf({
        id: 'one',
        side: 'server',
        cause: 'idle_timeout',
        service: 'shop-server',
        attributes: {
          'websocket.idle.duration': 60,
          'websocket.close.limit': 60,
          'websocket.close.limit.kind': 'idle',
        },
      }),
    ]);
    await expect.poll(() => rows(page).count(), SOON).toBe(2);
    const [newest = '', lost = ''] = await rows(page).allTextContents();
    expect(newest).toMatch(/\/rooms\/7.*1000 Normal Closure.*no record.*“done”/);
    await expect
      .poll(() => rows(page).nth(1).textContent(), SOON)
      .toMatch(
        /1006 Abnormal Closureconnection lost.*1006 Abnormal Closureidle timeout.*Server: .*idle limit/,
      );
    expect(lost).toContain('/chat');
    expect(errors).toEqual([]);
  });

  it('is fluid with 10,000 rows: only rows in sight are elements, and the last is reached', async () => {
    store.addSpans(Array.from({ length: 10_000 }, (_, i) => closeSpanOf({ path: `/rooms/${i}` })));
    const page = await open();
    await page.getByText('10,000 connections').waitFor();
    await page.getByRole('row', { name: '/rooms/9999' }).click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('End');
    await page
      .getByRole('row', { name: '/rooms/0 ' })
      .or(page.getByText('/rooms/0', { exact: true }))
      .first()
      .waitFor();
    expect(await rows(page).count()).toBeLessThan(80);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('10001');
    expect(errors).toEqual([]);
  });

  it('stays where it is while the user reads further down, and waits while paused', async () => {
    store.addSpans(Array.from({ length: 200 }, (_, i) => closeSpanOf({ path: `/rooms/${i}` })));
    const page = await open();
    await page.getByText('200 connections').waitFor();
    const scroller = page.locator('#scroller');
    await scroller.evaluate((element) => {
      element.scrollTop = 2000;
    });
    store.addSpans([closeSpanOf({ path: '/later' })]);
    await page.getByText('201 connections').waitFor();
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(2044);
    await page.getByRole('button', { name: 'Pause' }).click();
    store.addSpans([closeSpanOf(), closeSpanOf()]);
    await page.getByRole('button', { name: 'Resume (2 new)' }).click();
    await page.getByText('203 connections').waitFor();
  });
});

describe('any width', () => {
  it.each([320, 390, 820, 1440])('shows every fact of a row within a screen of %s pixels', async (width) => {
    store.addSpans([
      closeSpanOf({ id: 'one', path: `/${'long'.repeat(40)}`, reason: 'because' }),
      closeSpanOf({ id: 'one', side: 'server' }),
    ]);
    const page = await open('', { viewport: { width, height: 700 } });
    const row = rows(page).first();
    await row.waitFor();
    for (const name of ['client', 'server', 'url', 'why', 'time']) {
      const box = await row.locator(`.cell.${name}`).boundingBox();
      expect(box?.width, name).toBeGreaterThan(50);
      expect((box?.x ?? 0) + (box?.width ?? 0), name).toBeLessThanOrEqual(width);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await row.click();
    const view = await page.getByRole('complementary').boundingBox();
    expect((view?.x ?? 0) + (view?.width ?? 0)).toBe(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});

describe('a filter', () => {
  it('finds by URL, id, reason, code, cause, service and outcome, and the address keeps it', async () => {
    store.addSpans([
      closeSpanOf({ path: '/rooms/7', id: 'abcdef', reason: 'Deploy', code: 1012, cause: 'server_restart' }),
      closeSpanOf({ service: 'ticker' }),
      closeSpanOf({ code: 4401, cause: 'remote_close' }),
    ]);
    const page = await open();
    await page.getByText('3 connections').waitFor();
    const search = page.getByRole('searchbox');
    for (const text of ['rooms/7', 'ABCDEF', 'deploy']) {
      await search.fill(text);
      await page.getByText('1 of 3 connections').waitFor();
      await search.fill('');
      await page.getByText('3 connections').waitFor();
    }
    for (const [name, value] of [
      ['Code', '4401'],
      ['Cause', 'server_restart'],
      ['Service', 'ticker'],
    ] as const) {
      await page.getByRole('combobox', { name }).selectOption(value);
      await page.getByText('1 of 3 connections').waitFor();
      await page.reload();
      await page.getByText('1 of 3 connections').waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
    }
    await page.getByRole('checkbox', { name: 'Abnormal only' }).check();
    await page.getByText('1 of 3 connections').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: '4401' }).click();
    await page.getByText('1 of 3 connections').waitFor();
    expect(new URL(page.url()).hash).toBe('#code=4401');
  });

  it('says so if nothing fits', async () => {
    store.addSpans([closeSpanOf()]);
    const page = await open('#text=nowhere&service=<b>gone</b>');
    await page.getByText('No connection fits the filter.').waitFor();
    expect(errors).toEqual([]);
  });
});

describe('the view of a close', () => {
  it('is reached and left by keyboard, follows the arrow keys, and gives the focus back', async () => {
    const spans = [closeSpanOf(), closeSpanOf(), closeSpanOf({ path: '/rooms/7' })];
    store.addSpans(spans);
    const page = await open();
    await page.getByText('3 connections').waitFor();
    await page.getByRole('link', { name: 'Skip to the table' }).press('Enter');
    expect(await focused(page)).toBe(spans[2]?.spanId);
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe(spans[1]?.spanId);
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    const view = page.getByRole('complementary');
    await view.getByRole('heading', { name: '/rooms/7' }).waitFor();
    expect(await focused(page)).toBe('close-title');
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe(spans[2]?.spanId);
    expect(await view.count()).toBe(0);
    await page.goBack();
    await view.getByRole('heading', { name: '/rooms/7' }).waitFor();
  });

  it('has all attributes of both ends, the explanation, its links, and the chain of reconnects', async () => {
    const first = closeSpanOf({ path: '/first' });
    const second = closeSpanOf({ path: '/second', id: 'two', previous: first.spanId });
    store.addSpans([
      first,
      second,
      closeSpanOf({ side: 'server', id: 'two', attributes: { 'host.rack': ['r7', 'r8'] } }),
    ]);
    const page = await open(`#close=${second.spanId}`);
    const view = page.getByRole('complementary');
    await view.getByRole('heading', { name: '/second' }).waitFor();
    expect(await view.getByRole('row', { name: 'host.rack' }).textContent()).toContain('r7, r8');
    const { explanation } = store.closes[1] ?? {};
    expect(await view.textContent()).toContain(explanation?.sentence);
    expect(await view.textContent()).toContain(explanation?.next);
    const links = await view.getByRole('link').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(links).toContain(explanation?.link);
    expect(links).toContain(explanation?.runbook);
    expect(links.every((link) => link?.startsWith('https://github.com/closespan/closespan/'))).toBe(true);
    await view.getByRole('button', { name: 'Connection before' }).click();
    await view.getByRole('heading', { name: '/first' }).waitFor();
    await view.getByRole('button', { name: 'Connection after' }).click();
    await view.getByRole('heading', { name: '/second' }).waitFor();
  });
});

describe('charts', () => {
  it('count codes, limits, outages and open connections, and have a table each', async () => {
    store.addSpans([
      ...Array.from({ length: 3 }, () =>
        closeSpanOf({
          cause: 'idle_timeout',
          attributes: {
            'websocket.idle.duration': 60.2,
            'websocket.close.limit': 60,
            'websocket.close.limit.kind': 'idle',
          },
        }),
      ),
      closeSpanOf({ code: 1000, cause: 'local_close' }),
      outageSpanOf(43),
      outageSpanOf(7, false),
    ]);
    const page = await open();
    const card = (name: string) => page.getByRole('region', { name, exact: true });
    await expect.poll(() => card('Closes over time').textContent(), SOON).toContain('4closed, 3 abnormal');
    expect(await card('Lifetime and silence').textContent()).toContain('3at the limit of a proxy: 60 s');
    expect(await card('Lifetime and silence').textContent()).toContain('60 s is a limit of nginx');
    expect(await card('Reconnects').textContent()).toContain('2outages, 1 without a return, longest 43.0 s');
    expect(await card('Open now').textContent()).toContain('not reported');
    for (const name of ['Closes over time', 'Lifetime and silence', 'Reconnects', 'Open now']) {
      await card(name).getByText('As a table').click();
    }
    await card('Closes over time').getByRole('cell', { name: '3', exact: true }).waitFor();
    await card('Reconnects').getByRole('cell', { name: 'handshake_failed' }).first().waitFor();
    await card('Lifetime and silence').getByRole('cell', { name: '60.2 s' }).first().waitFor();
    expect(await card('Closes over time').getByRole('img').getAttribute('aria-label')).toMatch(
      /^4 connections closed/,
    );
  });
});

describe('the stream', () => {
  it('continues after a loss without doubles, and begins anew with another process', async () => {
    const handler = createPageHandler(store);
    await receiver.close();
    receiver = await startClosespanReceiver({ port: 0, store, serve: handler });
    const port = Number(new URL(receiver.url).port);
    store.addSpans(Array.from({ length: 450 }, () => closeSpanOf()));
    const page = await open();
    await page.getByText('450 connections').waitFor();
    await receiver.close();
    await page.getByText('Receiver away').waitFor();
    store.addSpans(Array.from({ length: 5 }, () => closeSpanOf()));
    receiver = await startClosespanReceiver({ port, store, serve: handler });
    await page.getByText('455 connections').waitFor();
    await receiver.close();
    store = createCloseStore();
    store.addSpans([closeSpanOf()]);
    receiver = await serve({}, port);
    await page.getByText('1 connection', { exact: true }).waitFor();
  });

  it('sends a reader all that is kept, in order and once, in parts of a bounded size', async () => {
    store.addSpans(Array.from({ length: 3000 }, () => closeSpanOf({ reason: 'x'.repeat(120) })));
    store.addSpans(
      Array.from({ length: 100 }, () => closeSpanOf({ attributes: { long: 'x'.repeat(4000) } })),
    );
    const text = await readEvents(3101, () => store.addSpans([closeSpanOf()]));
    expect(numbersIn(text)).toEqual(Array.from({ length: 3101 }, (_, i) => i + 1));
    const sizes = text.split('\n\n').map((event) => event.length);
    expect(sizes.length).toBeGreaterThan(15);
    expect(Math.max(...sizes)).toBeLessThan(300_000);
  });

  it('sends a reader that comes back what it has not seen, and all to a reader of another process', async () => {
    store.addSpans([closeSpanOf(), outageSpanOf(1), closeSpanOf()]);
    const [, id = ''] = (await readEvents(3)).match(/id: (\S+-3)\n/) ?? [];
    store.addSpans([closeSpanOf(), closeSpanOf()]);
    expect(numbersIn(await readEvents(5, undefined, id))).toEqual([4, 5]);
    // The closes of an event stand before its outages.
    expect(numbersIn(await readEvents(5, undefined, 'other-3'))).toEqual([1, 3, 4, 5, 2]);
    expect(numbersIn(await readEvents(5, undefined, 'x'.repeat(3000)))).toHaveLength(5);
  });

  /** Reads the stream up to the entry with a number. */
  async function readEvents(last: number, onFirst = () => {}, id = ''): Promise<string> {
    const response = await fetch(`${receiver.url}/events`, { headers: { 'last-event-id': id } });
    const decoder = new TextDecoder();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes(`"number":${last},`) || !text.endsWith('\n\n')) {
      if (!text) onFirst();
      text += decoder.decode((await reader.read()).value, { stream: true });
    }
    await reader.cancel();
    return text;
  }

  function numbersIn(text: string): number[] {
    return [...text.matchAll(/\{"number":(\d+),/g)].map(([, number]) => Number(number));
  }
});

describe('hostile texts', () => {
  const HTML = '<img src=x onerror="document.title=1"><script>document.title=1</script>';

  it('are shown as they are, wherever they stand', async () => {
    const hostile = closeSpanOf({
      path: `/${HTML}\u202e`,
      reason: `${HTML}\u202egnp.exe\u0007`,
      service: `${HTML}\u202e`,
      cause: `${HTML}\u202e`,
      id: HTML,
      attributes: {
        [HTML]: HTML,
        'websocket.close.name': `${HTML}\u202e`,
        'websocket.close.code': 1e300,
        'server.address': 'javascript:alert(1)\u202e',
        'url.full': 'javascript:alert(1)',
        // biome-ignore lint/suspicious/noExplicitAny: a key that assignment would take for the prototype
        ['__proto__' as any]: 'polluted',
      },
    });
    store.addSpans([hostile, { ...outageSpanOf(1e12), resource: { 'service.name': HTML } }]);
    const page = await open(`#close=${hostile.spanId}&text=${encodeURIComponent(HTML)}`);
    await page.getByRole('complementary').getByText('gnp.exe').first().waitFor();
    await page.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
      for (const details of all) details.open = true;
    });
    expect(await rows(page).first().textContent()).toContain('\\u202egnp.exe\\u0007');
    const texts = await page
      .locator('body *:not(script)')
      .evaluateAll((all) =>
        all.flatMap((one) => [one.textContent, one.getAttribute('title'), one.getAttribute('aria-label')]),
      );
    expect(texts.join()).not.toMatch(/\p{Cf}/u);
    expect(await page.title()).toBe('closespan');
    expect(await page.locator('img, script:not([type=module])').count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('cannot run even if they were HTML: the policy refuses inline scripts and HTML in strings', async () => {
    const page = await open();
    const refused = await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>x</b>';
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toBe(true);
    const { headers } = await fetch(receiver.url);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+'; connect-src 'self'; .*frame-ancestors 'none'/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('reach no page of another origin', async () => {
    for (const path of ['/events', '/export.json']) {
      const { headers, body } = await fetch(receiver.url + path, {
        headers: { origin: 'http://localhost:3000' },
      });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      await body?.cancel();
    }
  });
});

describe('files', () => {
  const importFile = (page: Page, text: string | Buffer, name = 'closes.json') =>
    page.locator('#file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });

  it('bring back what was exported, by the button and by /export.json', async () => {
    store.addSpans([
      {
        ...closeSpanOf({ id: 'one', attributes: { list: Array.from({ length: 128 }, () => true) } }),
        links: Array.from({ length: 128 }, () => ({ traceId: 'a', spanId: 'b', attributes: {} })),
      },
      closeSpanOf({ id: 'one', side: 'server' }),
      outageSpanOf(43),
    ]);
    const page = await open();
    await page.getByText('1 connection', { exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const saved = await readFile(await (await download).path(), 'utf8');
    const served = await (await fetch(`${receiver.url}/export.json`)).text();
    expect(JSON.parse(saved).closes).toEqual(JSON.parse(served).closes);
    store.addSpans([closeSpanOf()]);
    // The last as PowerShell saves the output of a program.
    for (const text of [saved, served, Buffer.from(`\ufeff${served}`, 'utf16le')]) {
      await page.getByText('2 connections', { exact: true }).waitFor();
      await importFile(page, text);
      await page.getByText('File closes.json').waitFor();
      await page.getByText('1 connection', { exact: true }).waitFor();
      await page.getByText('longest 43.0 s').waitFor();
      await page.getByRole('button', { name: 'Back to live' }).click();
    }
    expect(errors).toEqual([]);
  });

  it('may be OTLP JSON, one request or one a line', async () => {
    const span = {
      name: 'websocket.close',
      kind: 3,
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      startTimeUnixNano: '1750000000000000000',
      endTimeUnixNano: '1750000000000000000',
      attributes: [{ key: 'websocket.close.code', value: { intValue: '1011' } }],
    };
    const request = (spanId: string) =>
      JSON.stringify({
        resourceSpans: [{ scopeSpans: [{ scope: { name: 'closespan' }, spans: [{ ...span, spanId }] }] }],
      });
    const page = await open();
    await importFile(page, request('one'));
    await page.getByText('1 connection', { exact: true }).waitFor();
    await importFile(page, `${request('one')}\n${request('two')}\n`);
    await page.getByText('2 connections', { exact: true }).waitFor();
    expect(await rows(page).first().textContent()).toContain('1011 Internal Error');
  });

  it('may hold values of any type and depth, and leave the page as it was', async () => {
    const page = await open();
    const refusing = { toString: 1, valueOf: 1 };
    const span = closeSpanOf();
    const exported = {
      closespan: 1,
      closes: [
        { number: 1, span: { ...span, name: refusing, attributes: { ...span.attributes, a: ['DEEP'] } } },
      ],
      open: [
        {
          service: refusing,
          side: refusing,
          count: 3,
          attributes: { 'websocket.connection.age_group': refusing },
        },
        { service: 'x', count: 4, attributes: refusing },
      ],
    };
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    await importFile(page, JSON.stringify(exported).replace('"DEEP"', deep));
    await page.getByText('1 connection', { exact: true }).waitFor();
    await page.getByText('7open', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Back to live' }).click();
    store.addSpans([closeSpanOf(), closeSpanOf()]);
    await page.getByText('2closed, 2 abnormal', { exact: false }).waitFor();
    const map = '{"kvlistValue":{"values":[{"value":';
    const value = `${map.repeat(10_000)}{}${'}]}}'.repeat(10_000)}`;
    const request = (of: string) =>
      `{"resourceSpans":[{"scopeSpans":[{"scope":{"name":"closespan"},"spans":[{"name":"websocket.close","spanId":"b","attributes":[{"key":"deep","value":${of}}]}]}]}]}`;
    await importFile(page, request(value));
    await page.getByText('1 connection', { exact: true }).waitFor();
    expect(errors).toEqual([]);
  });

  it('that hold no close are refused in words', async () => {
    const page = await open();
    for (const [text, message] of [
      ['oops', /is no JSON/],
      ['', /is no JSON/],
      ['{"resourceSpans":[]}\noops', /is no JSON/],
      ['[1, null, {"closes": 5}]', /holds no close/],
      ['{"closespan":1,"closes":[{"number":1},null,7]}', /holds no close/],
      ['{"resourceSpans":[{"scopeSpans":7},null]}', /holds no close/],
      [
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"GET /","spanId":"00"}]}]}]}',
        /1 spans?.*none is a close/,
      ],
    ] as const) {
      await importFile(page, text);
      expect(await page.getByRole('alert').textContent()).toMatch(message);
      await page.getByRole('button', { name: 'OK' }).click();
      expect(await page.getByRole('alert').count()).toBe(0);
    }
    expect(errors).toEqual([]);
  });
});

describe('an extension', () => {
  it('has a panel of its own under the same policy', async () => {
    await receiver.close();
    receiver = await serve({
      extension: {
        title: 'End a <connection>',
        connectTo: ['ws://127.0.0.1:9'],
        script: `document.getElementById('extension').append('</script>'); new WebSocket('ws://127.0.0.1:9').onerror = () => document.getElementById('extension').append(' tried');`,
      },
    });
    const page = await open();
    await page.getByRole('region', { name: 'End a <connection>' }).getByText('</script> tried').waitFor();
    expect(errors.filter((text) => !text.includes('ERR_'))).toEqual([]);
  });
});

describe('a narrow window', () => {
  it('of 320 pixels shows all without scrolling sideways, however long the names are', async () => {
    const page = await open('', { viewport: { width: 320, height: 700 } });
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    await page.getByText('Waiting for the first close.').waitFor();
    expect(await width()).toBe(320);
    const service = 'service-of-a-team-'.repeat(6);
    store.addSpans([closeSpanOf({ service, path: '/rooms/'.repeat(20), cause: 'cause_'.repeat(9) })]);
    await rows(page).first().click();
    await page.getByRole('complementary').getByText(service).first().waitFor();
    expect(await width()).toBe(320);
    const box = await page.getByRole('complementary').getByText(service).first().boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(320);
  });
});

it('shows no name for an app that has none, and where to read why an end has no partner', async () => {
  store.addSpans([closeSpanOf({ service: 'unknown_service:/usr/bin/node' })]);
  const page = await open();
  await rows(page).first().click();
  const view = page.getByRole('complementary');
  expect(await view.getByRole('link', { name: 'How both ends share an id' }).getAttribute('href')).toMatch(
    /docs\/telemetry\.md#carriers$/,
  );
  expect(await rows(page).first().textContent()).not.toContain('unknown_service');
  expect(await page.locator('#filter-service').textContent()).toBe('Every service');
  // A refused connection has no other end.
  store.addSpans([closeSpanOf({ attributes: { 'websocket.handshake.succeeded': false } })]);
  await rows(page).filter({ hasText: 'Never opened' }).click();
  await view.getByText('The server has sent no record').waitFor();
  expect(await view.getByRole('link', { name: 'How both ends' }).count()).toBe(0);
});

describe('accessibility', () => {
  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('has no violation that axe finds, %s and %s pixels wide', async (colorScheme, width) => {
    const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
    const page = await open('', { colorScheme, viewport: { width, height: 844 } });
    const violations = async () => {
      await page.evaluate(axe);
      return page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeViolation[] }> } };
        const { violations } = await axe.run();
        return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
      });
    };
    await page.getByText('Waiting for the first close.').waitFor();
    expect(await violations()).toEqual([]);
    store.addSpans([
      ...[1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 3000, 4401].map((code) => closeSpanOf({ code })),
      closeSpanOf({ attributes: { 'websocket.handshake.succeeded': false } }),
      closeSpanOf({ id: 'one' }),
      closeSpanOf({ id: 'one', side: 'server', cause: 'idle_timeout' }),
      outageSpanOf(43),
      outageSpanOf(7, false),
    ]);
    await expect.poll(() => rows(page).count(), SOON).toBeGreaterThan(5);
    await page.locator('#charts-fold').evaluate((details: HTMLDetailsElement) => {
      details.open = true;
    });
    for (const summary of await page.getByText('As a table').all()) await summary.click();
    expect(await violations()).toEqual([]);
    await rows(page).nth(1).click();
    await page.getByRole('complementary').waitFor();
    expect(await violations()).toEqual([]);
  });

  it('says new closes together, and moves nothing for those who want no motion', async () => {
    const page = await open('', { reducedMotion: 'reduce' });
    await page.getByText('Waiting for the first close.').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.locator('.waiting .dot').evaluate((dot) => getComputedStyle(dot).animationName)).toBe(
      'none',
    );
    store.addSpans([closeSpanOf(), closeSpanOf({ code: 1000 })]);
    await expect.poll(() => page.locator('#live').textContent(), SOON).toBe('2 new closes, 1 abnormal');
  });
});

/** Violation that axe reports. */
interface AxeViolation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
