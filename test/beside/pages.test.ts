import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { type PageFiles, type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import { bundleChunks } from './bundle-chunks.ts';
import type {} from './fixtures/page.ts';
import { type Intake, startIntake } from './start-intake.ts';

const CLOSES = [
  '/close/1011 client 1011 clean remote server_error error=server_error',
  '/drop client 1006 unclean none connection_lost error=connection_lost',
  '/own client 4001 clean local local_close reason=bye',
];

/** Parts of what a telemetry sends, which it must send as often with closespan as without. */
const MARKS = [
  'thrown by a close listener of /close/1011',
  'thrown by a close listener of /own',
  'thrown by a close listener of /drop',
  'thrown by a close listener of /close/1012',
  'by=fetch',
  'by=xhr',
  // One of each error, whatever its message.
  '"exception":{',
  '"stacktrace":',
  '"exceptionClass":',
  // Datadog's own records of WebSockets.
  '"websocket_connecting"',
  '"websocket_open"',
  '"websocket_closing"',
  '"websocket_closed"',
  '"close_code":1011',
  '"close_code":1006',
  '"close_code":4001',
  '"close_initiator":"client"',
];

/** Path of a request with spans. A telemetry that reports it takes an export for a request of the app. */
const EXPORT = '/v1/traces';

/** Telemetry that sends the most when the page is left. */
const SENDS_AT_THE_END = ['datadog', 'new-relic'];

let browser: Browser;
let site: PageSite;
let intake: Intake;
let visits = 0;

beforeAll(async () => {
  const data = { type: 'application/json', body: '{"is":"data"}' };
  const files: PageFiles = {
    ...(await bundleChunks('fixtures/page.ts')),
    '/data.json': data,
    '/end.json': data,
  };
  [browser, site, intake] = await Promise.all([
    chromium.launch(chromiumLaunchOptions()),
    startPageSite(files['/page.js']?.body ?? '', files),
    startIntake(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await intake?.close();
});

/** What a page with another telemetry did. */
interface Visit {
  /** Events of the sockets, as the app saw them. */
  readonly app: readonly string[];
  readonly closes: readonly string[];
  /** Everything that the other telemetry has sent. */
  readonly sent: string;
}

/** Opens a page with another telemetry, and with closespan started before or after it, or not at all. */
async function visit(
  other: string,
  closespan: 'none' | 'before' | 'after',
  isOurs: boolean,
  isExcluded = false,
): Promise<Visit> {
  const receiver: OtlpReceiver = await startOtlpReceiver();
  visits += 1;
  const path = `/visit-${visits}/`;
  const sent = () =>
    intake
      .requests(path)
      .map(({ path: request, body }) => `${request}\n${body}`)
      .join('\n');
  const context = await browser.newContext();
  const page = await context.newPage();
  const query = new URLSearchParams({
    ...{ other, closespan, otlp: receiver.url, intake: intake.url + path },
    ...(isExcluded && { excluded: receiver.url }),
  });
  await page.goto(`${site.url}/?${query}`);
  await page.waitForFunction('globalThis.besideApp');
  const app = await page.evaluate(() => besideApp.run());
  await page.evaluate(() => besideApp.flush());
  if (closespan !== 'none' && isOurs) await receiver.waitForSpans(CLOSES.length);
  app.push(...(await page.evaluate(() => besideApp.end())));
  if (SENDS_AT_THE_END.includes(other)) await page.goto('about:blank');
  await expect.poll(() => sent().includes('end of the page'), { timeout: 20_000 }).toBe(true);
  await context.close();
  const closes = receiver.spans.map(closeLine).sort();
  await receiver.close();
  return { app, closes, sent: sent() };
}

/** Whether Elastic reports a request depends on the time of the request, also without closespan. */
const CHANCE: Readonly<Record<string, readonly string[]>> = { elastic: ['by=fetch', 'by=xhr', EXPORT] };
const isByChance = (other: string, mark: string) => CHANCE[other]?.includes(mark) ?? false;
const marksIn = (sent: string, other: string) =>
  MARKS.filter((mark) => !isByChance(other, mark)).map((mark) => [mark, sent.split(mark).length - 1]);

describe.each([
  // Name, whose provider gets the spans, and when the telemetry may report an export as a request of the app.
  ['sentry', 'ours', ['after']],
  ['faro', 'ours', []],
  ['faro-tracing', 'its', []],
  ['datadog', 'ours', []],
  ['new-relic', 'ours', ['after']],
  ['elastic', 'ours', ['after']],
])('beside %s', (other, provider, reporting) => {
  it('records each close once, and changes neither the app nor the other telemetry', async () => {
    const isOurs = provider === 'ours';
    const [without, before, after] = await Promise.all([
      visit(other, 'none', isOurs),
      visit(other, 'before', isOurs),
      visit(other, 'after', isOurs),
    ]);
    expect(without.sent).not.toContain(EXPORT);
    for (const [order, { app, closes, sent }] of Object.entries({ before, after })) {
      expect(app, order).toEqual(without.app);
      expect(closes, order).toEqual(isOurs ? CLOSES : []);
      expect(marksIn(sent, other), order).toEqual(marksIn(without.sent, other));
      const mayReport = reporting.includes(order);
      if (mayReport && isByChance(other, EXPORT)) continue;
      expect(sent.includes(EXPORT), `${order}: reports exports`).toBe(mayReport);
    }
  });
});

it.each([['sentry'], ['faro'], ['datadog'], ['new-relic'], ['elastic']])(
  'reports no export as a request of the app, where %s is set to leave out the receiver',
  async (other) => {
    const { closes, sent } = await visit(other, 'after', true, true);
    expect(closes).toEqual(CLOSES);
    // Elastic reports the app's own requests by chance.
    if (other !== 'elastic') expect(sent).toContain('/data.json');
    expect(sent.includes(EXPORT)).toBe(false);
  },
);
