import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import removeTypes from 'flow-remove-types';

const require = createRequire(import.meta.url);

/** The current version of React Native, and the one before. */
export const VERSIONS = ['0.88', '0.87'] as const;
export type Version = (typeof VERSIONS)[number];

/** Modules that only pass on to the phone, by the name of their file. All others are React Native's own. */
const NATIVE: Readonly<Record<string, string>> = {
  'NativeWebSocketModule.js': 'export default native.webSockets',
  'NativeNetworkingIOS.js': 'export default native.networking',
  'NativeBlobModule.js': 'export default null',
  'Platform.js': 'export default { OS: native.os }',
  'BlobManager.js': 'export default { isAvailable: false }',
  'Blob.js': 'export default class Blob {}',
  'ReactNativeFeatureFlags.js': 'export const enableNativeEventTargetEventDispatching = () => false',
  'Systrace.js': 'export const trace = (name, run) => run()',
  'GlobalPerformanceLogger.js': 'export default {}',
};

/**
 * Bundles React Native's own `WebSocket`, `fetch` and `URL` into a script, which sets the globals, and returns the
 * emitter of native events as `reactNative.emitter`.
 */
export function bundleReactNative(version: Version): Promise<string> {
  const root = dirname(require.resolve(`react-native-${version}/package.json`));
  return bundle(
    fileURLToPath(new URL('fixtures/polyfills.js', import.meta.url)),
    {
      name: 'React Native',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^react-native\// }, ({ path }) => ({
          path: `${join(root, path.slice('react-native/'.length))}.js`,
        }));
        onResolve({ filter: /^\..*\/RCTNetworking$/ }, ({ resolveDir }) => ({
          path: join(resolveDir, 'RCTNetworking.ios.js'),
        }));
        onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
          resolveDir.startsWith(root) ? { path: `${join(resolveDir, path)}.js` } : undefined,
        );
        onResolve({ filter: /^[a-z]/ }, ({ path, resolveDir }) =>
          resolveDir.startsWith(root) ? { path: require.resolve(path) } : undefined,
        );
        onLoad({ filter: /react-native.*\.js$/ }, async ({ path }) => {
          const stub = NATIVE[basename(path)];
          if (stub) return { contents: stub };
          if (!path.startsWith(root)) return undefined;
          const text = await readFile(path, 'utf8');
          return {
            contents: removeTypes(text, { all: true }).toString(),
          };
        });
      },
    },
    'reactNative',
  );
}

/**
 * Bundles a program of an app, as Metro resolves it.
 * @param modules texts of modules that only a phone has, by name
 */
export function bundleApp(file: string, modules: Readonly<Record<string, string>> = {}): Promise<string> {
  return bundle(
    fileURLToPath(new URL(file, import.meta.url)),
    {
      name: 'modules of a phone',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /./ }, ({ path }) =>
          modules[path] === undefined ? undefined : { path, namespace: 'phone' },
        );
        onLoad({ filter: /./, namespace: 'phone' }, ({ path }) => ({ contents: modules[path] ?? '' }));
      },
    },
    'app',
  );
}

async function bundle(entry: string, plugin: Plugin, globalName: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName,
    define: { global: 'globalThis', __DEV__: 'false', 'process.env.NODE_ENV': '"production"' },
    conditions: ['react-native'],
    mainFields: ['react-native', 'main'],
    resolveExtensions: ['.native.js', '.js'],
    platform: 'neutral',
    logLevel: 'error',
    // Packages by their `exports`, and not by the paths of the types.
    tsconfigRaw: {},
    plugins: [plugin],
  });
  return outputFiles[0]?.text ?? '';
}
