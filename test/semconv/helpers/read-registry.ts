import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** Level of a reference: a word, or a word with its condition. */
type Level = string | Readonly<Record<string, string>>;

/** A member of an enumeration. */
interface Member {
  readonly id: string;
  readonly value: string;
  readonly brief: string;
}

/** Definition of an attribute. */
export interface AttributeDefinition {
  readonly id: string;
  readonly type: string | { readonly members: readonly Member[] };
  readonly brief: string;
  readonly examples?: readonly unknown[];
}

/** Reference to an attribute, of this registry or of OpenTelemetry's. */
export interface Reference {
  readonly ref: string;
  readonly requirement_level: Level;
}

/** Group of a registry: attributes that are defined, or a span, a metric, or shared references. */
export interface Group {
  readonly id: string;
  readonly type: 'attribute_group' | 'span' | 'metric';
  readonly brief: string;
  readonly extends?: string;
  readonly span_kind?: 'client' | 'server';
  readonly metric_name?: string;
  readonly instrument?: string;
  readonly unit?: string;
  readonly attributes: readonly (AttributeDefinition | Reference)[];
}

const SEMCONV = new URL('../../../semconv/', import.meta.url);

/** Files of the registry that have groups, with their content. */
export const FILES: Readonly<Record<string, unknown>> = Object.fromEntries(
  readdirSync(fileURLToPath(SEMCONV), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && name !== 'manifest.yaml')
    .map((name) => [name, parse(readFileSync(new URL(name, SEMCONV), 'utf8'))]),
);
/** The manifest of the registry. */
export const MANIFEST: { schema_url: string; dependencies: { schema_url: string; registry_path: string }[] } =
  parse(readFileSync(new URL('manifest.yaml', SEMCONV), 'utf8'));
/** All groups of the registry. */
export const GROUPS: readonly Group[] = Object.values(FILES).flatMap(
  (file) => (file as { groups: Group[] }).groups,
);
/** Definitions of attributes, by name. */
export const ATTRIBUTES: ReadonlyMap<string, AttributeDefinition> = new Map(
  GROUPS.flatMap(({ attributes }) => attributes)
    .filter((attribute) => 'id' in attribute)
    .map((attribute) => [attribute.id, attribute]),
);

/** Returns the references of a group and of the groups that it extends. */
export function referencesOf(group: Group): Reference[] {
  const parent = GROUPS.find(({ id }) => id === group.extends);
  const own = group.attributes.filter((attribute) => 'ref' in attribute);
  return [...(parent ? referencesOf(parent) : []), ...own];
}

/** Returns the values of an enumeration, and `undefined` for other types. */
export function valuesOf(name: string): string[] | undefined {
  const type = ATTRIBUTES.get(name)?.type;
  return typeof type === 'object' ? type.members.map(({ value }) => value) : undefined;
}
