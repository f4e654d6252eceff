/**
 * Compares what users load with budgets: the README's page sample as Vite, esbuild and webpack build it, at the start
 * of the page and in all; the one file of a script tag; `describeCloseCode` alone. "In all" is what the sample loads,
 * which has no meter and no option that loads more. Sizes are bytes after gzip.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { BUNDLERS, loadedFiles } from './sizes/bundlers.mjs';
import { makePageApp } from './sizes/page-app.mjs';

const BUDGETS = { start: 5970, all: 20_840, oneFile: 21_250, describeCloseCode: 1000 };
/**
 * Chunks that only a meter, or the options `sampler`, `presets`, `parent`, `messages`, `metrics`, `otlp.protocol`,
 * `otlp.compression` and all options that are functions load: the README's sample has none.
 */
const BY_OPTION =
  /\b(?:browser\/dist\/(?:metrics|protobuf|option-parts)|core\/dist\/(?:messages|metrics))\.js\b/;
const ONE_FILE = fileURLToPath(new URL('../packages/browser/dist/closespan.js', import.meta.url));

const folder = await makePageApp();
try {
  const rows = [];
  for (const [name, bundler] of Object.entries(BUNDLERS)) {
    const chunks = await bundler(folder, join(folder, `built-by-${name}`));
    const { start, all } = loadedFiles(chunks, BY_OPTION);
    rows.push([`${name}, at start`, await sizeOf(start), BUDGETS.start]);
    rows.push([`${name}, in all`, await sizeOf(all), BUDGETS.all]);
  }
  rows.push(['one file', await sizeOf([ONE_FILE]), BUDGETS.oneFile]);
  rows.push(['describeCloseCode alone', await describeCloseCodeSize(), BUDGETS.describeCloseCode]);
  for (const [name, size, budget] of rows) {
    const verdict = size <= budget ? 'ok' : `TOO LARGE by ${size - budget}`;
    console.log(
      `${name.padEnd(24)} ${String(size).padStart(6)} of ${String(budget).padStart(6)} bytes  ${verdict}`,
    );
  }
  process.exitCode = rows.every(([, size, budget]) => size <= budget) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function sizeOf(files) {
  const texts = await Promise.all(files.map((file) => readFile(file)));
  return texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
}

async function describeCloseCodeSize() {
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['codes.js'],
    bundle: true,
    minify: true,
    format: 'esm',
    external: ['@opentelemetry/api'],
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
