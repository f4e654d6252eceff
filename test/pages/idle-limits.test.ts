import { type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { chromium } from 'playwright';
import { describe, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import { INSTALLED_PROXIES, startProxy } from '../helpers/start-proxy.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';
import type {} from './fixtures/reconnect.page.ts';

/** Seconds without a byte after which the proxy cuts. */
const IDLE = 3;

describe.each(INSTALLED_PROXIES)('a silent connection of a page that %s cuts', (name) => {
  it('has the idle limit as its cause, after three that ended alike', { timeout: 60_000 }, async () => {
    const site = await startPageSite(await bundlePage('test/pages/fixtures/reconnect.page.ts'));
    const receiver = await startOtlpReceiver();
    const server = await startWsServer();
    const proxy = await startProxy(name, { target: Number(new URL(server.url).port), idle: IDLE });
    const browser = await chromium.launch(chromiumLaunchOptions());
    try {
      const page = await browser.newPage();
      await page.goto(site.url);
      const options = { otlp: { url: receiver.url }, messages: true, reconnects: false };
      await page.evaluate((options) => reconnecting.start(options), options);
      for (let i = 0; i < 4; i++) {
        // One after the other: losses of one moment prove no limit.
        await page.evaluate((url) => reconnecting.connect(url), `ws://127.0.0.1:${proxy.port}/silent`);
        await page.evaluate(() => reconnecting.lost());
      }
      await page.evaluate(() => reconnecting.flush());
      const spans = [...(await receiver.waitForSpans(4))].sort((a, b) => a.endTime - b.endTime);
      expect(spans.map(wordsOf)).toEqual([
        ['connection_lost', undefined, undefined],
        ['connection_lost', undefined, undefined],
        ['connection_lost', undefined, undefined],
        ['idle_timeout', IDLE, 'idle'],
      ]);
      for (const { attributes } of spans) {
        const silence = Number(attributes['websocket.silence.duration']);
        expect(Math.abs(silence - IDLE)).toBeLessThan(1);
      }
    } finally {
      await browser.close();
      await proxy.crash();
      await server.close();
      await receiver.close();
      await site.close();
    }
  });
});

function wordsOf({ attributes }: ReceivedSpan): unknown[] {
  const names = ['cause', 'limit', 'limit.kind'];
  return names.map((name) => attributes[`websocket.close.${name}`]);
}
