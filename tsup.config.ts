import { defineConfig, type Options } from 'tsup';

/** Every package ships ES modules and CommonJS, with types for both. */
const shared: Options = {
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  clean: true,
  splitting: true,
  external: [/^@closespan\//, /^@opentelemetry\//],
};

export default defineConfig([
  {
    ...shared,
    name: 'core',
    entry: ['index', 'recording', 'otlp', 'otlp-metrics'].map((name) => `packages/core/src/${name}.ts`),
    outDir: 'packages/core/dist',
    platform: 'neutral',
  },
  {
    ...shared,
    name: 'browser',
    entry: ['index', 'workerd'].map((name) => `packages/browser/src/${name}.ts`),
    outDir: 'packages/browser/dist',
    platform: 'browser',
  },
  {
    ...shared,
    name: 'node',
    entry: ['index', 'register'].map((name) => `packages/node/src/${name}.ts`),
    outDir: 'packages/node/dist',
    platform: 'node',
  },
]);
