import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunchOptions } from './test/helpers/chromium-launch-options.ts';

/** Browsers lose a few of the requests that a leaving page sends last, whoever sends them: one lost request is no defect. */
const LOST_REQUESTS = { retry: 2 };

export default defineConfig({
  test: {
    // Most tests wait for sockets, timers and browsers: on two cores, one worker would leave both idle.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'node',
          include: [
            'test/{closespan,core,node,runtimes,react-native,semconv}/**/*.test.ts',
            'test/canaries/{node,workerd}.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'beside',
          include: ['test/beside/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...LOST_REQUESTS,
        },
      },
      {
        test: {
          name: 'libraries',
          include: ['test/{handlers,libraries,wire}/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          globalSetup: 'test/fuzz/global-setup.ts',
        },
      },
      {
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts', 'test/canaries/pages.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...LOST_REQUESTS,
        },
      },
      {
        test: {
          name: 'pages',
          include: ['test/pages/**/*.test.ts'],
          testTimeout: 60_000,
          ...LOST_REQUESTS,
        },
      },
      // Most of its processes wait for a collector.
      {
        test: {
          name: 'faults',
          include: ['test/faults/*.test.ts'],
          testTimeout: 120_000,
          maxConcurrency: 12,
        },
      },
      {
        test: {
          name: 'packed',
          include: ['test/{packed,places}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: 'test/helpers/start-browser-peers.ts',
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
