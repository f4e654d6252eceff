import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ENTRY_SCHEMA } from './helpers/entry-schema.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const entry = parse(read('docs/registry/instrumentation-js-closespan.yml'));
const ajv = new Ajv2020({ allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(ENTRY_SCHEMA);

it('the entry for the registry of OpenTelemetry has its form', () => {
  validate(entry);
  expect(validate.errors ?? []).toEqual([]);
  expect(validate({ ...entry, createdAt: '30.11.2026' })).toBe(false);
});

it('and says of the package what the package says of itself', () => {
  const { name, license } = JSON.parse(read('packages/node/package.json'));
  const { homepage } = JSON.parse(read('package.json'));
  expect(entry.package.name).toBe(name);
  expect(entry.license.replace(' ', '-')).toBe(license);
  expect(entry.urls).toEqual({ repo: homepage, docs: `${homepage}#readme` });
});
