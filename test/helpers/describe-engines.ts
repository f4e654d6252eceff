import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { type Engine, type Tab, until } from './engine.ts';
import { ENGINES, type EngineName, startEngine } from './engines.ts';
import { type EngineSite, startEngineSite } from './start-engine-site.ts';

/** Tools of a test in an engine. */
export interface EngineTest {
  readonly name: EngineName;
  readonly site: EngineSite;
  /** A new one for each test. */
  readonly receiver: OtlpReceiver;
  /** Opens a page of the site in a tab that is closed after the test. */
  openTab(query?: Readonly<Record<string, string>>): Promise<Tab>;
  /** The code with which the next close of a connection to `path` reaches the server. */
  codeAtServer(path: string): Promise<number>;
  /** Resolves once a span of a connection to `path` has arrived. */
  arrived(path: string): Promise<ReceivedSpan>;
}

/** An engine may call a page loaded before its module has run. */
const IS_READY = `'run' in window`;

/** Declares tests for each engine; one that the machine lacks shows as skipped. */
export function describeEngines(declare: (test: EngineTest) => void): void {
  for (const name of Object.keys(ENGINES) as EngineName[]) {
    describe.skipIf(!ENGINES[name])(name, () => {
      let engine: Engine;
      let site: EngineSite;
      let receiver: OtlpReceiver;
      let tabs: Tab[] = [];

      beforeAll(async () => {
        [engine, site] = await Promise.all([startEngine(name), startEngineSite()]);
      });
      afterAll(async () => {
        await engine?.close();
        await site?.close();
      });
      beforeEach(async () => {
        receiver = await startOtlpReceiver();
      });
      afterEach(async () => {
        // A test may have closed its own.
        for (const tab of tabs) await tab.close().catch(() => {});
        tabs = [];
        await receiver.close();
      });

      declare({
        name,
        get site() {
          return site;
        },
        get receiver() {
          return receiver;
        },
        codeAtServer: (path) =>
          new Promise((resolve) => {
            site.sockets.events.on('close', (closed, code) => closed === path && resolve(code));
          }),
        arrived: (path) =>
          new Promise((resolve) => {
            const check = (span: ReceivedSpan) => span.attributes['url.path'] === path && resolve(span);
            receiver.onSpan(check);
            receiver.spans.forEach(check);
          }),
        async openTab(query = {}) {
          const tab = await engine.openTab(`${site.url}/?${new URLSearchParams(query)}`);
          tabs.push(tab);
          await until(tab, IS_READY);
          return {
            ...tab,
            async goto(url) {
              await tab.goto(url);
              await until(tab, IS_READY);
            },
          };
        },
      });
    });
  }
}
