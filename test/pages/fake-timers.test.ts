import { beforeEach, describe, expect, it } from 'vitest';
import { givenPages } from '../helpers/given-pages.ts';
import { bundlePage, startPageSite } from '../helpers/start-page-site.ts';
import type {} from './fixtures/obey-delivery-test.ts';

const COUNT = 20;
const htmlOf = (script: string) => ({
  type: 'text/html',
  body: `<!doctype html>${script}<script type="module" src="/page.js"></script>`,
});

const given = givenPages(async () => {
  const [app, fakes] = await Promise.all([
    bundlePage('test/pages/fixtures/obey-delivery-test.ts'),
    // It asks Node for more fakes, if there is a Node.
    bundlePage('test/pages/fixtures/fake-timers.ts', {
      format: 'iife',
      external: ['util', 'timers', 'timers/promises'],
    }),
  ]);
  // As core-js makes it, by a timer; the fakes then replace it, too.
  const polyfill = '<script>globalThis.setImmediate = (run) => setTimeout(run)</script>';
  return startPageSite(app, {
    '/fakes.js': { type: 'text/javascript', body: fakes },
    '/sinon': htmlOf('<script src="/fakes.js"></script>'),
    '/polyfill': htmlOf(`${polyfill}<script src="/fakes.js"></script>`),
  });
});

async function connect(): Promise<void> {
  await given.page.evaluate((url) => app.start({ otlp: { url }, reconnects: false }), given.receiver.url);
  await given.page.evaluate(
    (count) => Promise.all(Array.from({ length: count }, () => app.end('/close/1011'))),
    COUNT,
  );
}

describe.each(['sinon', 'polyfill', 'playwright'])(
  'timers that were faked before the page loaded (%s)',
  (fakes) => {
    beforeEach(async () => {
      if (fakes === 'playwright') {
        await given.page.clock.install();
        await given.page.clock.pauseAt(Date.now() + 60_000);
      }
      await given.page.goto(`${given.site.url}/${fakes === 'playwright' ? '' : fakes}`);
    });

    it.each(['flush', 'shutdown'] as const)('keep no %s from settling, and lose nothing', async (method) => {
      await connect();
      await given.page.evaluate((method) => app[method](), method);
      expect(given.receiver.spans).toHaveLength(COUNT);
    });

    // Playwright's fakes replace `AbortSignal.timeout`, too.
    it.skipIf(fakes === 'playwright')(
      'keep neither from settling while the receiver does not respond',
      async () => {
        await given.page.route(/v1/, () => {});
        await connect();
        await given.page.evaluate(() => app.flush());
        await given.page.evaluate(() => app.shutdown());
        expect(given.receiver.spans).toHaveLength(0);
      },
    );

    it.runIf(fakes === 'sinon')('send what waits when the test moves the clock', async () => {
      await connect();
      await given.page.evaluate(async () => {
        const { clock } = globalThis as unknown as { clock: { tickAsync(millis: number): Promise<void> } };
        for (let i = 0; i < 100; i++) {
          await clock.tickAsync(1000);
          await new Promise((resolve) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = resolve;
            port2.postMessage(0);
          });
        }
      });
      await expect.poll(() => given.receiver.spans.length, { timeout: 20_000 }).toBe(COUNT);
    });
  },
);
