import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../helpers/chromium-launch-options.ts';
import { bundlePage, type PageSite, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/close-in-bare-page.ts';

let browser: Browser;
let site: PageSite;
let receiver: OtlpReceiver;

beforeAll(async () => {
  [site, browser, receiver] = await Promise.all([
    bundlePage('test/pages/fixtures/close-in-bare-page.ts', { format: 'iife' }).then((script) =>
      startPageSite(script, {
        '/': { type: 'text/html', body: '<!doctype html><script src="/page.js"></script>' },
      }),
    ),
    chromium.launch(chromiumLaunchOptions()),
    startOtlpReceiver(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.close(), receiver?.close()]);
});

/** Takes something from a page, ahead of its scripts. */
const TAKEN: Readonly<Record<string, string>> = {
  performance: 'delete globalThis.performance',
  'performance.timeOrigin': 'delete Performance.prototype.timeOrigin',
  navigator: 'delete globalThis.navigator',
  addEventListener: 'globalThis.addEventListener = globalThis.removeEventListener = undefined',
  indexedDB: 'delete globalThis.indexedDB',
  crypto: 'delete globalThis.crypto',
  MessageChannel: 'delete globalThis.MessageChannel',
  BroadcastChannel: 'delete globalThis.BroadcastChannel',
  AbortSignal: 'delete globalThis.AbortSignal; delete globalThis.AbortController',
  TextEncoder: 'delete globalThis.TextEncoder; delete globalThis.TextDecoder',
  'Web Locks': 'delete Navigator.prototype.locks',
  Blob: 'delete globalThis.Blob; delete globalThis.CompressionStream',
  queueMicrotask: 'delete globalThis.queueMicrotask; delete globalThis.structuredClone',
  WeakRef: 'delete globalThis.WeakRef',
  CloseEvent: 'delete globalThis.CloseEvent',
};

it.each([...Object.entries(TAKEN), ['all of these', Object.values(TAKEN).join(';')] as const])(
  'a page of Chromium without %s sends its closes',
  async (name, script) => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.addInitScript(script);
    await page.goto(site.url);
    await page.evaluate(([name = '', url = '']) => endConnections(name, url), [name, receiver.url]);
    const spans = receiver.spans.filter(({ resource }) => resource['service.name'] === name);
    expect(spans.map(closeLine).sort()).toEqual([
      '/close/1011 client 1011 clean remote server_error error=server_error',
      '/drop client 1006 unclean none connection_lost error=connection_lost',
    ]);
    expect(spans[0]?.attributes).toMatchObject({ 'websocket.page.path': '/' });
    expect(errors).toEqual([]);
    await page.close();
  },
);
