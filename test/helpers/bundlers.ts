import { builtinModules } from 'node:module';
import { dirname } from 'node:path';
import resolve from '@rollup/plugin-node-resolve';
import { build as buildWithEsbuild } from 'esbuild';
import { rollup as buildWithRollup } from 'rollup';
import { build as buildWithVite, createLogger } from 'vite';
import webpack from 'webpack';

/** An app to build for production, into `entry.js` and chunks. */
interface BundledApp {
  /** The app's own file: an ES module, or CommonJS. */
  readonly file: string;
  readonly outDir: string;
  readonly target: 'browser' | 'node';
}

/** Builds an app with no setting but those that the bundler needs; returns what the bundler warned of. */
export type Bundler = (app: BundledApp) => Promise<readonly string[]>;

/** The bundlers that apps use. Rollup takes no CommonJS without a plugin. */
export const BUNDLERS: Readonly<Record<string, { readonly build: Bundler; readonly formats: string[] }>> = {
  esbuild: { build: esbuild, formats: ['mjs', 'cjs'] },
  rollup: { build: rollup, formats: ['mjs'] },
  vite: { build: vite, formats: ['mjs', 'cjs'] },
  webpack: { build: withWebpack, formats: ['mjs', 'cjs'] },
};

async function esbuild({ file, outDir, target }: BundledApp): Promise<string[]> {
  const { warnings } = await buildWithEsbuild({
    entryPoints: { entry: file },
    outdir: outDir,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: target,
    logLevel: 'silent',
  });
  return warnings.map(({ id, text, location }) => `${id}: ${text} (${location?.file})`);
}

async function rollup({ file, outDir, target }: BundledApp): Promise<string[]> {
  const warnings: string[] = [];
  const bundle = await buildWithRollup({
    input: { entry: file },
    plugins: [resolve({ browser: target === 'browser', preferBuiltins: target === 'node' })],
    external: target === 'node' ? [/^node:/, ...builtinModules] : [],
    onwarn: ({ message }) => warnings.push(message),
  });
  await bundle.write({ dir: outDir, format: 'es', entryFileNames: '[name].js', compact: true });
  return warnings;
}

async function vite({ file, outDir, target }: BundledApp): Promise<string[]> {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  await buildWithVite({
    configFile: false,
    root: dirname(file),
    customLogger: { ...createLogger('warn'), warn, warnOnce: warn },
    build: {
      outDir,
      emptyOutDir: true,
      ssr: target === 'node',
      rollupOptions: {
        input: { entry: file },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
      modulePreload: false,
    },
    ssr: { noExternal: true },
    base: './',
  });
  return warnings;
}

async function withWebpack({ file, outDir, target }: BundledApp): Promise<string[]> {
  const configuration: webpack.Configuration = {
    mode: 'production',
    target: target === 'node' ? 'node' : 'web',
    entry: { entry: file },
    output: { path: outDir, filename: '[name].js' },
  };
  const result = await new Promise<webpack.Stats | undefined>((done, fail) => {
    webpack(configuration, (error, stats) => (error ? fail(error) : done(stats)));
  });
  const { warnings = [], errors = [] }: webpack.StatsCompilation =
    result?.toJson({ all: false, warnings: true, errors: true }) ?? {};
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return warnings.map(({ message, moduleName }) => `${message} (${moduleName})`);
}
