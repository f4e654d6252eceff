import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'stack',
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/helpers/report-missing.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts programs of its own, and waits for them most of the time: two files at once leave no core idle.
    maxWorkers: 2,
  },
});
