import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { chromiumLaunchOptions } from './chromium-launch-options.ts';
import type { PageSite } from './start-page-site.ts';

/** What the tests of one file work with: one Chromium and one site for all of them, and the rest anew for each test. */
export interface PageTest {
  site: PageSite;
  receiver: OtlpReceiver;
  context: BrowserContext;
  /** An empty page of the context. */
  page: Page;
}

/** Starts for the tests of a file what they need, and ends it. The members are there from the first `beforeEach` on. */
export function givenPages(
  startSite: () => Promise<PageSite>,
  receiverOptions?: Parameters<typeof startOtlpReceiver>[0],
): PageTest {
  const given = {} as PageTest;
  let browser: Browser;
  beforeAll(async () => {
    given.site = await startSite();
    browser = await chromium.launch(chromiumLaunchOptions());
  });
  beforeEach(async () => {
    given.receiver = await startOtlpReceiver(receiverOptions);
    given.context = await browser.newContext();
    given.page = await given.context.newPage();
  });
  afterEach(async () => {
    await given.context.close();
    await given.receiver.close();
  });
  afterAll(async () => {
    await browser?.close();
    await given.site.close();
  });
  return given;
}
