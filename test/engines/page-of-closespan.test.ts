import { createCloseStore, createPageHandler, startClosespanReceiver } from 'closespan/receiver';
import { describe, expect, it } from 'vitest';
import { closeSpanOf } from '../closespan/close-spans.ts';
import { type Tab, until } from '../helpers/engine.ts';
import { ENGINES, type EngineName, startEngine } from '../helpers/engines.ts';

/** Collects exceptions, refusals of the security policy, and what is logged as an error. */
const WATCH_ERRORS = `
  window.errors = [];
  addEventListener('error', ({ message }) => errors.push(message));
  addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
  addEventListener('securitypolicyviolation', ({ violatedDirective }) => errors.push(violatedDirective));
  console.error = (...texts) => errors.push(texts.join(' '));`;

describe.each(Object.keys(ENGINES) as EngineName[])('the page of closespan in %s', (name) => {
  it.skipIf(!ENGINES[name])('shows a close as it arrives, and opens it without an error', async () => {
    const store = createCloseStore();
    const receiver = await startClosespanReceiver({ port: 0, store, serve: createPageHandler(store) });
    const engine = await startEngine(name);
    const tab = await engine.openTab(receiver.url);
    await until(tab, `document.querySelector('.status').dataset.state === 'live'`);
    // Else the policy has refused the styles, of which no later event speaks.
    expect(await tab.evaluate(`getComputedStyle(document.querySelector('.status')).display`)).toBe('flex');
    await tab.evaluate(`void (() => {${WATCH_ERRORS}})() || true`);
    store.addSpans((['client', 'server'] as const).map((side) => closeSpanOf({ id: 'one', side })));
    await until(tab, `document.querySelectorAll('.rows [role=row]').length === 1`);
    const row = await textOf(tab, '.rows [role=row]');
    expect(row).toMatch(/\/chat.*1006.*1006.*The connection was lost/s);
    await tab.evaluate(`document.querySelector('.rows [role=row]').click() || true`);
    await until(tab, `!document.getElementById('close-view').hidden`);
    expect(await textOf(tab, '#close-view')).toMatch(/Client.*What to do.*Server.*websocket\.close\.code/s);
    await tab.evaluate(
      `document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })) || true`,
    );
    await until(tab, `document.getElementById('close-view').hidden`);
    expect(await tab.evaluate('errors')).toEqual([]);
    await engine.close();
    await receiver.close();
  });
});

async function textOf(tab: Tab, selector: string): Promise<unknown> {
  return tab.evaluate(`document.querySelector('${selector}').textContent`);
}
