import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'stack',
    root: import.meta.dirname,
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/helpers/report-missing.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts programs of its own, and the machine has few cores.
    fileParallelism: false,
  },
});
