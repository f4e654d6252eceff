import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`packages/${path}.ts`, import.meta.url));
/** Tests of Node's adapter that run core in their own process, where its lines are counted. */
const IN_PROCESS =
  'both-ends,carriers,close-timeout,export-log,failed-close,handshake-facts,heartbeats,hostile-notes,hung-export,instrument-web-sockets,open-connections,outage,page-options,page-pipeline,reconnects,redirects,refused-batches,refused-upgrades,request-targets,shutdown,silence,status-message,stored-span-exporter,upgrade-responses';

/** Measures which lines and branches of core the tests run. The tests import the sources here, not the built files. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@closespan\/core$/, replacement: source('core/src/index') },
      { find: /^@closespan\/core\/([\w-]+)$/, replacement: source('core/src/$1') },
      { find: /^@closespan\/(node|browser)$/, replacement: source('$1/src/index') },
    ],
  },
  test: {
    include: [
      'test/core/*.test.ts',
      `test/node/{${IN_PROCESS}}.test.ts`,
      'test/handlers/{crossws,shapes,u-web-sockets}.test.ts',
    ],
    testTimeout: 60_000,
    coverage: {
      enabled: true,
      provider: 'v8',
      include: ['packages/core/src/**'],
      reporter: ['json'],
      reportsDirectory: 'coverage',
    },
  },
});
