import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { SHORT_NAMES } from '../../scripts/short-names.ts';

const { resolve } = createRequire(import.meta.url);
const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Files under a folder whose names end with `end`, as one text. */
function allUnder(folder: string, end: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith(end))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

/** Returns the shortened names that a text declares as members of an object. */
function declaredIn(text: string): string[] {
  return SHORT_NAMES.filter((name) => new RegExp(`(?<![\\w-])${name}[?!]?\\s*[(:<]`).test(text));
}

/** What a report says of exported names. Other types belong to carriers, and closespan makes all carriers itself. */
function exportedIn(report: string): string {
  return report
    .split(/(?:\r?\n){2}/)
    .filter((declaration) => declaration.includes('export '))
    .join('\n');
}

it.each(['core', 'browser'])('no public name of @closespan/%s is shortened', (name) => {
  const reports = readdirSync(new URL(`packages/${name}/api/`, root)).filter((file) => file.endsWith('.md'));
  expect(reports.length).toBeGreaterThan(0);
  for (const report of reports) {
    expect(declaredIn(exportedIn(read(`packages/${name}/api/${report}`))), report).toEqual([]);
  }
});

it('no name of the platform or of OpenTelemetry is shortened', () => {
  const typescript = dirname(resolve('typescript'));
  const dom = readFileSync(join(typescript, 'lib.dom.d.ts'), 'utf8');
  expect(declaredIn(dom)).toEqual([]);
  expect(declaredIn(allUnder(dirname(resolve('@opentelemetry/api')), '.d.ts'))).toEqual([]);
});

it('no name that pages of another build find in the store is shortened', () => {
  const declared = ['span-store', 'stored-spans'].map((name) =>
    read(`packages/browser/src/store/${name}.ts`),
  );
  // Methods of the store are not stored.
  expect(declaredIn(declared.join('\n')).filter((name) => !['setPause', 'alone'].includes(name))).toEqual([]);
});

it('the one file has none of the names, as a member or as a text', () => {
  const script = read('packages/browser/dist/closespan.js');
  const left = SHORT_NAMES.filter((name) =>
    new RegExp(`[.{,]${name}[:,(}=]|["'\`]${name}["'\`]`).test(script),
  );
  expect(left).toEqual([]);
});
