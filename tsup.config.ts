import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { minify } from 'oxc-minify';
import { defineConfig, type Options } from 'tsup';
import { pagePlugin } from './scripts/page-plugin.ts';
import { requireOnRequestPlugin } from './scripts/require-on-request.ts';
import { SHORT_NAMES } from './scripts/short-names.ts';

/**
 * A package is built in several steps, which decide what an app's bundler loads at the start of a page: a bundler parts
 * files, not what is in a file. So no file holds code for the start and code that is loaded later. Entries that are
 * built together share chunks; entries of different steps share nothing, and have small copies of what both need.
 */
type Entries = Readonly<Record<string, string>>;

const SDK = /^@opentelemetry\/(?!api$)/;

/** Each file as ES module and as CommonJS. */
const shared: Options = {
  format: ['esm', 'cjs'],
  target: 'es2022',
  splitting: true,
  // By Rollup, which leaves `?.` and `??` of CommonJS as they are; what does it otherwise makes a call of each.
  // Bundlers warn of an import for its side effects alone, since our packages say that they have none.
  treeshake: { moduleSideEffects: 'no-external' },
  external: [/^@closespan\//, '@opentelemetry/api', 'idb-keyval'],
  // The SDK is built in: its packages refuse an API that an app on the next line of OpenTelemetry has.
  noExternal: [SDK],
  plugins: [requireOnRequestPlugin],
};

function sources(name: string, entries: Entries): Entries {
  return Object.fromEntries(
    Object.entries(entries).map(([entry, file]) => [entry, `packages/${name}/src/${file}.ts`]),
  );
}

/** Types of all entries of a package, which have each type once. */
function types(name: string, entries: Entries): Options {
  return {
    name: `${name}, types`,
    entry: sources(name, entries),
    outDir: `packages/${name}/dist`,
    format: ['esm', 'cjs'],
    external: shared.external ?? [],
    dts: { only: true },
  };
}

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

const CORE = {
  index: 'index',
  explain: 'explain',
  presets: 'presets',
  platform: 'platform',
  recording: 'recording',
  'page-recording': 'page-recording',
  metrics: 'metrics',
  messages: 'messages',
  otlp: 'otlp',
  'otlp-metrics': 'otlp-metrics',
};
const { otlp, 'otlp-metrics': otlpMetrics, ...parts } = CORE;

/** Entries of core that pages load. */
const PAGE_PARTS = ['index', 'platform', 'page-recording', 'metrics', 'messages'];

function core(entries: Entries, more: Options = {}, inject: string[] = []): Options {
  return {
    ...shared,
    ...more,
    name: `core, ${Object.keys(entries)}`,
    entry: sources('core', entries),
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
      options.inject = inject;
    },
  };
}

/** Workers, and the one file, load nothing later that every app may need. */
const STATIC_OPTION_PARTS = { 'lazy-option-parts.ts': 'static-option-parts.ts' };

const START = { index: 'index' };
/** Chunks of a page, loaded when it needs them. */
const RECORDING = { recording: 'recording' };
const DELIVERY = { pipeline: 'pipeline/start-pipeline', store: 'store' };
/** Chunks with parts of the SDK, the part for browsers. */
const PROTOBUF = { protobuf: 'pipeline/protobuf-format' };
const METRICS = { metrics: 'pipeline/page-meter-provider' };
/** The chunk that some options need. */
const OPTION_PARTS = { 'option-parts': 'pipeline/option-parts' };
/** The main entry, with all that it would load later in one file. */
const WORKER = { worker: 'index' };
/** What stands for the main entry in React Native, in one file. */
const REACT_NATIVE = { 'react-native': 'react-native' };
/** What stands for the main entry on Cloudflare Workers, and on a server that renders pages. */
const WORKERD = { workerd: 'workerd' };
const SERVER = { server: 'server' };

function browser(entries: Entries, more: Options = {}): Options {
  return {
    ...shared,
    name: `browser, ${Object.keys(entries)}`,
    entry: sources('browser', entries),
    outDir: 'packages/browser/dist',
    platform: 'browser',
    ...more,
  };
}

/** Core from its sources, since the packages are built meanwhile. */
const CORE_SOURCES = {
  '@closespan/core': './packages/core/src/index.ts',
  ...Object.fromEntries(
    Object.entries(CORE).map(([name, file]) => [`@closespan/core/${name}`, `./packages/core/src/${file}.ts`]),
  ),
};

/**
 * A chunk of a page. Constants stand where they are read, and functions come first: bundlers do the one only in part and
 * the other not at all, and both save bytes after gzip. All names stay, so that an app's developer can read the file.
 */
const forPages: Options = {
  minify: 'terser',
  terserOptions: {
    compress: {
      defaults: false,
      toplevel: true,
      evaluate: true,
      reduce_vars: true,
      reduce_funcs: false,
      unused: true,
      hoist_funs: true,
    },
    mangle: false,
    format: { beautify: true, indent_level: 2, preserve_annotations: true },
  },
};

/**
 * What a chunk needs of `platform`, built into the chunk: a module that later chunks import is not joined with the
 * page's start by bundlers.
 */
const withPlatform: Options = {
  noExternal: [SDK, '@closespan/core/platform'],
  esbuildOptions(options) {
    options.alias = CORE_SOURCES;
  },
};

const oneFile: Options = {
  // For `<script src>`: everything in one file, but for what options need that few want.
  name: 'browser, one file',
  entry: sources('browser', { closespan: 'one-file' }),
  outDir: 'packages/browser/dist',
  outExtension: () => ({ js: '.js' }),
  format: 'iife',
  globalName: 'closespan',
  platform: 'browser',
  target: 'es2022',
  // A twentieth smaller than by esbuild, and another hundredth by Oxc after Terser.
  treeshake: true,
  minify: 'terser',
  terserOptions: {
    compress: { ecma: 2020, passes: 2, hoist_funs: true, unsafe_arrows: true },
    mangle: { properties: { regex: new RegExp(`^(${SHORT_NAMES.join('|')})$`) } },
  },
  noExternal: [/./],
  // In one file nothing is loaded later; what esbuild makes of `import()` then costs half of its evaluation.
  esbuildPlugins: [
    replaceModules({
      'lazy-parts.ts': 'static-parts.ts',
      ...STATIC_OPTION_PARTS,
      'lazy-sdk-parts.ts': 'missing-sdk-parts.ts',
      'static-messages.ts': 'missing-messages.ts',
    }),
  ],
  esbuildOptions(options) {
    options.alias = {
      ...CORE_SOURCES,
      '@closespan/browser/recording': './packages/browser/src/recording.ts',
    };
  },
  async onSuccess() {
    const file = 'packages/browser/dist/closespan.js';
    const { code } = await minify(file, await readFile(file, 'utf8'), { compress: { target: 'es2022' } });
    await writeFile(file, code);
  },
};

/**
 * React Native loads nothing later: Metro makes one bundle. With all of closespan built in, an older Metro, which knows no
 * `exports`, finds everything. Metro compiles for Hermes what is newer than `target`.
 */
const reactNative: Options = {
  target: 'es2020',
  noExternal: [SDK, /^@closespan\//],
  esbuildPlugins: [replaceModules({ 'listen.ts': 'react-native/app-events.ts' })],
  esbuildOptions(options) {
    options.alias = {
      ...CORE_SOURCES,
      '@closespan/browser/recording': './packages/browser/src/recording.ts',
    };
    // React Native's own `URL` knows no WebSockets.
    options.inject = ['./packages/browser/src/react-native/url.ts'];
  },
};

const NODE = { index: 'index', register: 'register' };
/** The program and the part of it that others import. */
const CLOSESPAN = { bin: 'bin', receiver: 'receiver' };

/** The builds of all packages; also read by those who ask what is built into them. */
export const builds: Options[] = [
  ...Object.entries(parts).map(([name, file]) =>
    core({ [name]: file }, PAGE_PARTS.includes(name) ? forPages : {}),
  ),
  // Timers that a test of the app has faked are not for the SDK.
  core({ otlp, 'otlp-metrics': otlpMetrics }, {}, ['./packages/core/src/otlp/sdk-timers.ts']),
  browser(START, forPages),
  browser(RECORDING, { ...forPages, ...withPlatform }),
  browser(DELIVERY, { ...forPages, ...withPlatform }),
  browser(PROTOBUF),
  browser(METRICS, {
    // What it needs of core, too, with the part of the SDK that is for browsers.
    noExternal: [SDK, /^@closespan\/core/],
    esbuildOptions(options) {
      options.alias = {
        ...CORE_SOURCES,
        '@closespan/core/otlp-metrics': './packages/core/src/page-metrics.ts',
      };
    },
  }),
  browser(OPTION_PARTS, { ...forPages, ...withPlatform }),
  browser(WORKER, {
    esbuildPlugins: [replaceModules({ 'lazy-parts.ts': 'static-parts.ts', ...STATIC_OPTION_PARTS })],
  }),
  browser(WORKERD, {
    esbuildPlugins: [replaceModules(STATIC_OPTION_PARTS)],
  }),
  browser(REACT_NATIVE, reactNative),
  browser(SERVER),
  oneFile,
  {
    ...shared,
    name: 'node',
    entry: sources('node', NODE),
    outDir: 'packages/node/dist',
    platform: 'node',
    esbuildOptions(options, { format }) {
      // `createRequire` takes both.
      if (format === 'cjs') options.define = { 'import.meta.url': '__filename' };
    },
  },
  {
    name: 'closespan',
    entry: sources('closespan', CLOSESPAN),
    outDir: 'packages/closespan/dist',
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    splitting: true,
    external: [...(shared.external ?? []), /^protobufjs/, 'ws'],
    // By Rollup, which makes one import of all that the modules import from a package.
    treeshake: { moduleSideEffects: 'no-external' },
    // The program is downloaded by each first `npx closespan`. Names of functions stay, so that a stack can be read.
    minify: 'terser',
    terserOptions: { keep_fnames: true, keep_classnames: true },
  },
  {
    name: 'closespan, page',
    entry: sources('closespan', { page: 'page/client/main' }),
    outDir: 'packages/closespan/dist',
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    treeshake: true,
    minify: 'terser',
    terserOptions: { compress: { passes: 2 } },
    noExternal: [/./],
    plugins: [pagePlugin],
    esbuildOptions(options) {
      options.alias = CORE_SOURCES;
    },
  },
];

const typeBuilds: Options[] = [
  types('core', CORE),
  types('browser', {
    ...{ ...START, ...RECORDING, ...DELIVERY, ...PROTOBUF },
    ...{ ...METRICS, ...OPTION_PARTS, ...WORKER, ...WORKERD, ...REACT_NATIVE, ...SERVER },
  }),
  types('node', NODE),
  { ...types('closespan', { receiver: 'receiver' }), format: 'esm' },
];

export default defineConfig(async ({ dts }) => {
  // Once and ahead of all: several builds write into one folder.
  for (const name of ['core', 'browser', 'node', 'closespan']) {
    await rm(`packages/${name}/dist`, { recursive: true, force: true });
  }
  // With `--no-dts` a build of types would write JavaScript, over what another build writes.
  return dts === false ? builds : [...typeBuilds, ...builds];
});
