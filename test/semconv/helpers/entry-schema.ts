const TEXT = { type: 'string', minLength: 1 };
const ADDRESS = { type: 'string', format: 'uri', pattern: '^https://' };

function object(properties: Readonly<Record<string, object>>, required = Object.keys(properties)): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** JSON Schema of the members that an entry of OpenTelemetry's registry for an instrumentation of JavaScript has. */
export const ENTRY_SCHEMA: object = object({
  title: TEXT,
  registryType: { const: 'instrumentation' },
  language: { const: 'js' },
  tags: { type: 'array', items: TEXT, uniqueItems: true },
  license: { const: 'Apache 2.0' },
  description: TEXT,
  authors: { type: 'array', minItems: 1, items: object({ name: TEXT, url: ADDRESS }) },
  urls: object({ repo: ADDRESS, docs: ADDRESS }),
  createdAt: { type: 'string', format: 'date' },
  package: object({ registry: { const: 'npm' }, name: TEXT }),
  isNative: { type: 'boolean' },
  isFirstParty: { type: 'boolean' },
});
