import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['plugins']>[number];

const SOURCES = new URL('../packages/closespan/src/page/client/', import.meta.url);

/**
 * Puts a page's script, its styles and its HTML into one file in place of the script: `page.js` becomes `page.html.br`.
 * Packed, since the page is the largest part of the package.
 */
export const pagePlugin: Plugin = {
  name: 'page',
  async buildEnd({ writtenFiles }) {
    for (const { name: file } of writtenFiles) {
      const script = await readFile(file, 'utf8');
      const html = await readFile(new URL('page.html', SOURCES), 'utf8');
      const parts: Readonly<Record<string, string>> = {
        styles: `<style>${await styles()}</style>`,
        script: `<script type="module">${script.trim()}</script>`,
      };
      // As functions, since a script may hold `$&`, which means something within a replacement.
      const page = html
        .replaceAll(/>\s+</g, '><')
        .replace(/<!--(styles|script)-->/g, (_, part) => parts[part] ?? '');
      await writeFile(file.replace(/page\.js$/, 'page.html.br'), brotliCompressSync(page));
      await rm(file);
    }
  },
};

async function styles(): Promise<string> {
  const entry = fileURLToPath(new URL('styles/page.css', SOURCES));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    target: 'es2022',
  });
  return outputFiles[0]?.text.trim() ?? '';
}
