import { readFile } from 'node:fs/promises';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { type PageSite, startPageSite } from '../helpers/start-page-site.ts';

let browser: Browser;
let receiver: OtlpReceiver;
let page: Page;
let site: PageSite;
let errors: string[];

beforeAll(async () => {
  browser = await chromium.launch(chromiumLaunchOptions());
});
afterAll(() => browser?.close());
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  page = await browser.newPage();
  errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
});
afterEach(async () => {
  await page.close();
  await site.close();
  await receiver.close();
});

/** Opens a page with the file in a script tag, and the app in another. */
async function open(attributes: string, app: string): Promise<void> {
  const script = await readFile(new URL('../../packages/browser/dist/closespan.js', import.meta.url), 'utf8');
  site = await startPageSite('', {
    '/': {
      type: 'text/html',
      body: `<!doctype html><link rel="icon" href="data:,"><script src="/closespan.js" ${attributes}></script><script src="/app.js"></script>`,
      headers: {
        'content-security-policy': [
          "default-src 'none'",
          "script-src 'self'",
          'img-src data:',
          `connect-src 'self' ${receiver.url}`,
          "require-trusted-types-for 'script'",
          "trusted-types 'none'",
        ].join('; '),
      },
    },
    '/closespan.js': { type: 'text/javascript', body: script },
    '/app.js': { type: 'text/javascript', body: app },
  });
  await page.goto(site.url);
}

const CONNECT = `new WebSocket(location.origin.replace('http', 'ws') + '/close/1011');`;

describe('the one file, under a strict Content Security Policy with Trusted Types', () => {
  it('starts by its data- attributes, without code', async () => {
    await open(
      `data-service-name="shop" data-otlp-url="${receiver.url}" data-span-timing="lifetime"`,
      CONNECT,
    );
    const [span] = await receiver.waitForSpans(1);
    expect(span && closeLine(span)).toBe(
      '/close/1011 client 1011 clean remote server_error error=server_error',
    );
    expect(span?.resource).toMatchObject({ 'service.name': 'shop' });
    expect(errors).toEqual([]);
  });

  it("sends to the page's own origin with a relative address", async () => {
    const request = page.waitForRequest(/v1/);
    await open('data-otlp-url="/otlp"', CONNECT);
    expect((await request).url()).toBe(`${site.url}/otlp/v1/traces`);
  });

  it('starts by a call', async () => {
    await open(
      '',
      `closespan.instrumentWebSockets({ serviceName: 'called', otlp: { url: '${receiver.url}' } }); ${CONNECT}`,
    );
    const [span] = await receiver.waitForSpans(1);
    expect(span?.resource).toMatchObject({ 'service.name': 'called' });
    expect(errors).toEqual([]);
  });

  it('does nothing by itself without attributes', async () => {
    await open(
      '',
      'document.title = [typeof closespan.instrumentWebSockets, WebSocket.toString().includes("WebSocket")].join()',
    );
    expect(await page.title()).toBe('function,true');
    expect(errors).toEqual([]);
  });

  it.each([
    ['data-store="disk"', 'Expected `store` to be indexeddb or memory, got `disk` (string)'],
    [
      'data-otlp-protocol="grpc"',
      'http/json or http/protobuf, gzip or none, got `{"protocol":"grpc"}` (object)',
    ],
    ['data-otlp-compression="br"', 'gzip or none, got `{"compression":"br"}` (object)'],
  ])('says what is wrong with %s, and leaves the page alone', async (attribute, message) => {
    await open(`data-service-name="shop" ${attribute}`, 'document.title = "ran"');
    expect(await page.title()).toBe('ran');
    expect(errors).toEqual([expect.stringContaining(message)]);
  });

  /** A logger as an app registers one, for all copies of the OpenTelemetry API. */
  const LOG = `
    const lines = (globalThis.lines = []);
    const log = (level) => (...line) => lines.push([level, ...line].join(' '));
    globalThis[Symbol.for('opentelemetry.js.api.1')] = {
      version: '1.9.0',
      diag: { error: log('error'), warn: log('warn'), info() {}, debug() {}, verbose() {} },
    };
  `;

  it('says in one line that it sends JSON, where protobuf is asked for', async () => {
    await page.addInitScript(LOG);
    await open(
      `data-service-name="shop" data-otlp-url="${receiver.url}" data-otlp-protocol="http/protobuf"`,
      CONNECT,
    );
    await receiver.waitForSpans(1);
    expect(receiver.requests[0]?.headers['content-type']).toBe('application/json');
    expect(await page.evaluate('globalThis.lines')).toEqual([
      'warn closespan: closespan.js has no protobuf: use @closespan/browser',
    ]);
    expect(errors).toEqual([]);
  });

  it('sends JSON and no metrics where the chunks of other options are not there', async () => {
    await open(
      '',
      `closespan.instrumentWebSockets({ metrics: true, otlp: { url: '${receiver.url}', protocol: 'http/protobuf' } }); ${CONNECT}`,
    );
    await receiver.waitForSpans(1);
    expect(receiver.requests[0]?.headers['content-type']).toBe('application/json');
  });
});
