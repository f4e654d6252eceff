import { readFileSync } from 'node:fs';
import * as upstream from '@opentelemetry/semantic-conventions/incubating';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, FILES, GROUPS, MANIFEST, referencesOf } from './helpers/read-registry.ts';
import { REGISTRY_SCHEMA } from './helpers/registry-schema.ts';

const validate = new Ajv2020({ allErrors: true }).compile(REGISTRY_SCHEMA);
const ownPackage = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
/** The package of OpenTelemetry's names has the version of their registry. */
const upstreamVersion: string = ownPackage.devDependencies['@opentelemetry/semantic-conventions'];

/** Names of OpenTelemetry. Templates are functions that add a key to their name. */
const UPSTREAM = new Set(
  Object.entries(upstream)
    .filter(([key]) => key.startsWith('ATTR_'))
    .map(([, name]) => (typeof name === 'function' ? name('').slice(0, -1) : name)),
);
const names = [...ATTRIBUTES.keys()];
const metrics = GROUPS.flatMap(({ metric_name: name }) => name ?? []);
const references = GROUPS.flatMap((group) => referencesOf(group).map(({ ref }) => ref));

it.each(Object.entries(FILES))('%s has the form of a registry', (_name, content) => {
  validate(content);
  expect(validate.errors ?? []).toEqual([]);
});

it.each([
  ['no brief', { id: 'websocket.a', type: 'int', stability: 'development', examples: [1] }],
  ['no namespace', { id: 'a', type: 'int', stability: 'development', brief: 'A.', examples: [1] }],
  [
    'an example of another type',
    { id: 'a.b', type: 'int', stability: 'development', brief: 'A.', examples: ['1'] },
  ],
  ['an unknown type', { id: 'a.b', type: 'text', stability: 'development', brief: 'A.', examples: ['1'] }],
])('the form refuses %s', (_fault, attribute) => {
  const group = { id: 'registry.a', type: 'attribute_group', display_name: 'A', brief: 'A.' };
  expect(validate({ groups: [{ ...group, attributes: [attribute] }] })).toBe(false);
});

it('no name is given twice', () => {
  const ids = [...GROUPS.map(({ id }) => id), ...metrics];
  const defined = GROUPS.flatMap(({ attributes }) =>
    attributes.flatMap((each) => ('id' in each ? each.id : [])),
  );
  for (const list of [ids, defined]) expect(list).toEqual([...new Set(list)]);
});

it('no name but the limit, which semconv/README.md names, is the namespace of another', () => {
  const parents = (list: readonly string[]) =>
    list.filter((name) => list.some((other) => other.startsWith(`${name}.`)));
  expect(parents(names)).toEqual(['websocket.close.limit']);
  expect(parents(metrics)).toEqual([]);
});

it('each reference leads to an attribute of this registry, or of the version of OpenTelemetry that it needs', () => {
  expect(references.filter((name) => !ATTRIBUTES.has(name) && !UPSTREAM.has(name))).toEqual([]);
  expect(names.filter((name) => UPSTREAM.has(name))).toEqual([]);
  expect(MANIFEST.dependencies).toEqual([
    {
      schema_url: `https://opentelemetry.io/schemas/${upstreamVersion}`,
      registry_path: `https://github.com/open-telemetry/semantic-conventions@v${upstreamVersion}[model]`,
    },
  ]);
});

describe('each group', () => {
  it.each(GROUPS.map((group) => [group.id, group] as const))(
    '%s refers to each attribute once',
    (_id, group) => {
      const refs = referencesOf(group).map(({ ref }) => ref);
      expect(refs).toEqual([...new Set(refs)]);
      expect(group.extends && !GROUPS.some(({ id }) => id === group.extends)).toBeFalsy();
    },
  );
});

it('each attribute is part of a span, a link or a metric', () => {
  expect(names.filter((name) => !references.includes(name))).toEqual([]);
});
