import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles a program of the fixtures for Node, with all that it imports but the package under test.
 * @param ws what it gets for `ws`
 * @returns Node's arguments that run it
 */
export async function bundle(file: string, format: 'esm' | 'cjs', ws: string): Promise<string[]> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../node/fixtures/${file}`, import.meta.url))],
    alias: { ws },
    external: ['@closespan/*', 'bufferutil', 'utf-8-validate'],
    banner: format === 'esm' ? { js: REQUIRE } : {},
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format,
  });
  return [`--input-type=${format === 'esm' ? 'module' : 'commonjs'}`, '-e', outputFiles[0]?.text ?? ''];
}

/** What apps do to have CommonJS in a bundle of ES modules. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/bundle.mjs');";
