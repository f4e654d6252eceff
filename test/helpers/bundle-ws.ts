import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import type { WebSocket, WebSocketServer } from 'ws';

/** A copy of `ws`, by the names that both major versions have. */
export type WsCopy = typeof WebSocket & { readonly Server: typeof WebSocketServer };

/** Lines that apps put ahead of a bundle of ES modules with CommonJS in it. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/bundle.mjs');";

/**
 * Bundles a program of the fixtures for Node, with all that it imports but the package under test.
 * @param ws what it gets for `ws`
 * @returns Node's arguments that run it
 */
export async function bundle(file: string, format: 'esm' | 'cjs', ws: string): Promise<string[]> {
  const text = await buildText({
    entryPoints: [fileURLToPath(new URL(`../node/fixtures/${file}`, import.meta.url))],
    alias: { ws },
    banner: format === 'esm' ? { js: REQUIRE } : {},
    format,
  });
  return [`--input-type=${format === 'esm' ? 'module' : 'commonjs'}`, '-e', text];
}

/** A copy of `ws` in one file, as bundlers and packages with compiled dependencies have it. */
export function bundleWs(name: 'ws' | 'ws7'): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(name);
  return buildText({ entryPoints: [entry], format: 'cjs' });
}

/** A copy of `ws` that was loaded by nobody. */
export async function hiddenWs(name: 'ws' | 'ws7'): Promise<WsCopy> {
  const module = { exports: {} };
  new Function('module', 'require', await bundleWs(name))(module, createRequire(import.meta.url));
  return module.exports as WsCopy;
}

async function buildText(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({
    external: ['@closespan/*', '@opentelemetry/api', 'bufferutil', 'utf-8-validate'],
    bundle: true,
    minify: true,
    platform: 'node',
    ...options,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
