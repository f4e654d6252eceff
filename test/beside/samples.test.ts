import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { sampleOf } from '../helpers/read-samples.ts';
import { startPageSite } from '../helpers/start-page-site.ts';
import { type Intake, startIntake } from './start-intake.ts';

let browser: Browser;
let intake: Intake;
beforeAll(async () => {
  [browser, intake] = await Promise.all([chromium.launch(chromiumLaunchOptions()), startIntake()]);
});
afterAll(() => Promise.all([browser?.close(), intake?.close()]));

const SENTRY = [
  '"message":"The peer closed because of a failure: 1011 (Internal Error)."',
  '"level":"warning"',
  '"fingerprint":["websocket.close","1011","server_error"]',
  '"websocket.close.cause":"server_error"',
];
const FARO = [
  '"name":"websocket.close"',
  '"domain":"websocket"',
  '"code":"1011"',
  '"cause":"server_error"',
  '"code":"1000"',
];

it.each([
  ['Send closes to Sentry', 'https://key@sentry.example.com', '/api/1/envelope/', SENTRY],
  ['Send closes to Faro', 'https://faro.example.com', '/collect', FARO],
])('the sample "%s" does so', async (heading, address, path, parts) => {
  const host = intake.url.replace('http://', '');
  const local = address.includes('@') ? `http://key@${host}` : intake.url;
  const { outputFiles } = await build({
    stdin: {
      contents: sampleOf(`docs/beside.md › ${heading}`).text.replace(address, local),
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const site = await startPageSite(outputFiles[0]?.text ?? '');
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.evaluate(async () => {
    const ended = (path: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(`${location.origin.replace('http', 'ws')}${path}`);
        socket.onclose = resolve;
      });
    await ended('/close/1000');
    await ended('/close/1011');
  });
  const missing = () => {
    const sent = intake
      .requests(path)
      .map(({ body }) => body)
      .join('\n');
    return parts.filter((part) => !sent.includes(part));
  };
  await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
  await page.close();
  await site.close();
});
