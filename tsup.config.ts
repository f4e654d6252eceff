import { rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { requireOnRequestPlugin } from './scripts/require-on-request.ts';

const SDK = /^@opentelemetry\/(?!api$)/;

/** Every package ships ES modules and CommonJS, with types for both. */
const shared: Options = {
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: true,
  splitting: true,
  // By Rollup, which leaves `?.` and `??` of CommonJS as they are; what does it otherwise makes a call of each.
  // Bundlers warn of an import for its side effects alone, since our packages say that they have none.
  treeshake: { moduleSideEffects: 'no-external' },
  external: [/^@closespan\//, '@opentelemetry/api', 'idb-keyval'],
  // The SDK is built in: its packages refuse an API that an app on the next line of OpenTelemetry has.
  noExternal: [SDK],
  plugins: [requireOnRequestPlugin],
};

const ONE_FILE = 'closespan';
/** What a page loads on request, with the parts of the SDK that it needs. */
const WITH_SDK = { protobuf: 'protobuf-format', metrics: 'page-meter-provider' };

/** Takes one module for another, both named without their folder. */
function replaceModules(
  others: Readonly<Record<string, string>>,
): NonNullable<Options['esbuildPlugins']>[number] {
  return {
    name: 'replace modules',
    setup({ onResolve }) {
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => {
        const other = others[basename(path)];
        return other ? { path: resolve(resolveDir, dirname(path), other) } : undefined;
      });
    },
  };
}

/** The builds of all packages; also read by those who ask what is built into them. */
export const builds: Options[] = [
  {
    ...shared,
    name: 'core',
    entry: ['index', 'platform', 'recording', 'otlp', 'otlp-metrics'].map(
      (name) => `packages/core/src/${name}.ts`,
    ),
    outDir: 'packages/core/dist',
    // Of what the SDK has for each platform, the part for Node.
    platform: 'node',
    esbuildPlugins: [
      {
        // Loaded by a detector that is left out; they would be files that nobody loads.
        name: 'no machine ids',
        setup({ onResolve }) {
          onResolve({ filter: /\/getMachineId-/ }, ({ path }) => ({ path, external: true }));
        },
      },
    ],
    esbuildOptions(options) {
      options.mainFields = ['module', 'main'];
    },
  },
  {
    ...shared,
    name: 'browser',
    entry: {
      index: 'packages/browser/src/index.ts',
      server: 'packages/browser/src/server.ts',
      store: 'packages/browser/src/store.ts',
      workerd: 'packages/browser/src/workerd.ts',
      // What the page loads when it needs it.
      lifecycle: 'packages/browser/src/lifecycle.ts',
      pipeline: 'packages/browser/src/pipeline/start-pipeline.ts',
    },
    outDir: 'packages/browser/dist',
    platform: 'browser',
  },
  {
    ...shared,
    // The main entry, with all that it would load later in one file.
    name: 'browser, worker',
    entry: { worker: 'packages/browser/src/index.ts' },
    outDir: 'packages/browser/dist',
    platform: 'browser',
    splitting: false,
    esbuildPlugins: [replaceModules({ 'lazy-parts.ts': 'static-parts.ts' })],
  },
  // Each by itself: what both have of the SDK would be a chunk that has the rest of both.
  ...Object.entries(WITH_SDK).map(
    ([name, source]): Options => ({
      ...shared,
      name: `browser, ${name}`,
      entry: { [name]: `packages/browser/src/pipeline/${source}.ts` },
      outDir: 'packages/browser/dist',
      platform: 'browser',
      splitting: false,
      noExternal: [SDK, '@closespan/core/otlp-metrics'],
      esbuildOptions(options) {
        // With the part of the SDK that is for browsers.
        options.alias = { '@closespan/core/otlp-metrics': './packages/core/src/otlp-metrics.ts' };
      },
    }),
  ),
  {
    // For `<script src>`: everything in one file, but for what options need that few want.
    name: 'browser, one file',
    entry: { [ONE_FILE]: 'packages/browser/src/one-file.ts' },
    outDir: 'packages/browser/dist',
    outExtension: () => ({ js: '.js' }),
    format: 'iife',
    globalName: 'closespan',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    noExternal: [/./],
    // In one file nothing is loaded later; what esbuild makes of `import()` then costs half of its evaluation.
    esbuildPlugins: [
      replaceModules({ 'lazy-parts.ts': 'static-parts.ts', 'lazy-sdk-parts.ts': 'missing-sdk-parts.ts' }),
    ],
    esbuildOptions(options) {
      // From the sources, since the packages are built meanwhile.
      options.alias = {
        '@closespan/core': './packages/core/src/index.ts',
        '@closespan/core/recording': './packages/core/src/recording.ts',
        '@closespan/core/platform': './packages/core/src/platform.ts',
      };
    },
  },
  {
    ...shared,
    name: 'node',
    entry: ['index', 'register'].map((name) => `packages/node/src/${name}.ts`),
    outDir: 'packages/node/dist',
    platform: 'node',
  },
];

export default defineConfig(async () => {
  // Once and ahead of all: several builds write into one folder.
  for (const name of ['core', 'browser', 'node']) {
    await rm(`packages/${name}/dist`, { recursive: true, force: true });
  }
  return builds;
});
