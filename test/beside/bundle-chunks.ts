import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { PageFiles } from '../helpers/start-page-site.ts';

/** Bundles a script of this folder with its chunks, into files of a site. */
export async function bundleChunks(file: string): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    splitting: true,
    minifySyntax: true,
    format: 'esm',
    outdir: '/',
    write: false,
    logLevel: 'error',
  });
  return Object.fromEntries(
    outputFiles.map(({ path, text }) => [path, { type: 'text/javascript', body: text }]),
  );
}
