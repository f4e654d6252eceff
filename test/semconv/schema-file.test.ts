import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { MANIFEST } from './helpers/read-registry.ts';

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
const repository: string = JSON.parse(read('package.json')).homepage;
const versions = readdirSync(new URL('schemas/', root));
const latest = [...versions].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);

it.each(versions)(
  'schemas/%s has the form of a schema file, and the address from which it is served',
  (version) => {
    const file = parse(read(`schemas/${version}`));
    expect(Object.keys(file)).toEqual(['file_format', 'schema_url', 'versions']);
    expect(file.file_format).toBe('1.1.0');
    expect(file.schema_url).toBe(`${repository}/raw/main/schemas/${version}`);
    // The newest version stands first, and is the version of the file.
    expect(Object.keys(file.versions)[0]).toBe(version);
  },
);

it('the registry describes the latest version', () => {
  expect(MANIFEST.schema_url).toBe(`${repository}/raw/main/schemas/${latest}`);
});
