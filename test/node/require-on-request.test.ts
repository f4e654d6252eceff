import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { requireOnRequest } from '../../scripts/require-on-request.ts';

it.each([
  ['import("x")', 'Promise.resolve().then(() => require("x"))'],
  [
    "await Promise.all([import('@closespan/core/otlp'), import('./chunk.cjs')])",
    "await Promise.all([Promise.resolve().then(() => require('@closespan/core/otlp')), Promise.resolve().then(() => require('./chunk.cjs'))])",
  ],
  ['reimport("x")', 'reimport("x")'],
])('makes of %s a require on request', (code, expected) => {
  expect(requireOnRequest(code)).toBe(expected);
});

// A file whose name is known only at run time can be an ES module. That one `import()` stays.
it.each(['core', 'browser', 'node'])('leaves no import() in the CommonJS files of %s', async (name) => {
  const folder = new URL(`../../packages/${name}/dist/`, import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cjs'));
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  const withImport = files.filter((_file, index) =>
    /\bimport\s*\((?!\s*\/\* webpackIgnore)/.test(texts[index] ?? ''),
  );
  expect(withImport).toEqual([]);
  // What was an import() is there: these packages load parts on request.
  if (name !== 'core') expect(texts.join('')).toMatch(/Promise\.resolve\(\)\.then\(\(\) => require\(/);
});
