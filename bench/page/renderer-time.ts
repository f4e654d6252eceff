import { readdirSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright';

/**
 * Returns a function that returns the processor time of all pages of a Chromium, in nanoseconds. So other processes of
 * the machine do not count, nor do the browser's own. The times are those of Linux, since the browser tells its own to
 * a hundredth of a second.
 */
export async function rendererTime(browser: Browser): Promise<() => number> {
  const devTools = await browser.newBrowserCDPSession();
  const { processInfo } = await devTools.send('SystemInfo.getProcessInfo');
  const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return () => ids.reduce((sum, id) => sum + timeOf(id), 0);
}

function timeOf(id: number): number {
  return readdirSync(`/proc/${id}/task`).reduce((sum, thread) => sum + threadTime(id, thread), 0);
}

function threadTime(id: number, thread: string): number {
  try {
    return Number(readFileSync(`/proc/${id}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    // The thread has ended since.
    return 0;
  }
}
