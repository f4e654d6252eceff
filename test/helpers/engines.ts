import type { Engine } from './engine.ts';
import { FIREFOX, startChromium, startFirefox } from './start-puppeteer-engines.ts';
import { HAS_WEBKIT, startWebKit } from './start-webkit.ts';

export type EngineName = 'chromium' | 'firefox' | 'webkit';

/** Whether this machine has an engine; a Chromium must be there. */
export const ENGINES: Readonly<Record<EngineName, boolean>> = {
  chromium: true,
  firefox: FIREFOX !== undefined,
  webkit: HAS_WEBKIT,
};

/** Starts an engine. */
export function startEngine(name: EngineName): Promise<Engine> {
  return { chromium: startChromium, firefox: startFirefox, webkit: startWebKit }[name]();
}
