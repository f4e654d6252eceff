import { existsSync } from 'node:fs';
import puppeteer, { type LaunchOptions } from 'puppeteer-core';
import { chromiumLaunchOptions } from './chromium-launch-options.ts';
import type { Engine } from './engine.ts';

/** `undefined` where this machine has none. */
export const FIREFOX: string | undefined = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((file) =>
  existsSync(file),
);

export function startChromium(): Promise<Engine> {
  const { executablePath = '', args } = chromiumLaunchOptions();
  return startPuppeteer({ executablePath, args });
}

export function startFirefox(): Promise<Engine> {
  const extraPrefsFirefox = { 'network.proxy.type': 0 };
  return startPuppeteer({ browser: 'firefox', executablePath: FIREFOX ?? '', extraPrefsFirefox });
}

/** Unlike Playwright it leaves the back/forward cache as users have it. */
async function startPuppeteer(options: LaunchOptions): Promise<Engine> {
  const browser = await puppeteer.launch(options);
  return {
    async openTab(url) {
      const page = await browser.newPage();
      await page.goto(url);
      return {
        goto: (to) => page.goto(to),
        // Its own `goBack` waits for a load that a cached page does not have.
        back: () => page.evaluate('void history.back()'),
        reload: () => page.reload(),
        // As a user does it; the protocol of Firefox has only one way.
        close: () => page.close({ runBeforeUnload: options.browser !== 'firefox' }),
        evaluate: (expression) => page.evaluate(expression),
        setOffline: (offline) => page.setOfflineMode(offline),
        ...(options.browser !== 'firefox' && {
          async setFrozen(frozen) {
            const session = await page.createCDPSession();
            await session.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
          },
        }),
      };
    },
    close: () => browser.close(),
  };
}
