/**
 * JSON Schema of the part of OpenTelemetry's syntax for registries that this project uses. It is stricter than the
 * syntax: each name needs a brief that ends with a period, a stability, and examples if it is a text.
 */
const NAME = { type: 'string', pattern: '^[a-z][a-z0-9]*([._][a-z0-9]+)*$' };
/** Attributes of our own metrics without a namespace, against a policy of OpenTelemetry. semconv/README.md says so. */
const BARE = ['outcome', 'reason'];
const NAMESPACED = { type: 'string', pattern: `^([a-z][a-z0-9_]*([.][a-z0-9_]+)+|${BARE.join('|')})$` };
const SENTENCE = { type: 'string', pattern: '^[A-Z`].*[.]$' };
const TEXT = { type: 'string', minLength: 1 };
const STABILITY = { enum: ['development', 'alpha', 'beta', 'release_candidate', 'stable'] };

const object = (
  required: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>> = {},
) => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
const list = (items: object) => ({ type: 'array', items, minItems: 1 });

const MEMBERS = object({
  members: list(object({ id: NAME, value: TEXT, brief: SENTENCE, stability: STABILITY })),
});
const DEFINED = { id: NAMESPACED, stability: STABILITY, brief: SENTENCE };
const examplesOf = (items: object) => ({ type: 'array', items, minItems: 1 });
const DEFINITION = {
  anyOf: [
    object({ ...DEFINED, type: MEMBERS }, { note: TEXT }),
    object({ ...DEFINED, type: { const: 'boolean' } }, { note: TEXT }),
    object({ ...DEFINED, type: { const: 'int' }, examples: examplesOf({ type: 'integer' }) }, { note: TEXT }),
    object(
      { ...DEFINED, type: { const: 'double' }, examples: examplesOf({ type: 'number' }) },
      { note: TEXT },
    ),
    object({ ...DEFINED, type: { const: 'string' }, examples: examplesOf(TEXT) }, { note: TEXT }),
    object({ ...DEFINED, type: { const: 'string[]' }, examples: examplesOf(list(TEXT)) }, { note: TEXT }),
  ],
};
const LEVEL = {
  anyOf: [
    { enum: ['required', 'recommended', 'opt_in'] },
    object({ conditionally_required: SENTENCE }),
    object({ recommended: SENTENCE }),
  ],
};
const REFERENCES = list(
  object({ ref: NAMESPACED, requirement_level: LEVEL }, { note: TEXT, sampling_relevant: { const: true } }),
);
const GROUP = { id: NAME, brief: SENTENCE };

/** Schema of a file with groups. */
export const REGISTRY_SCHEMA: object = object({
  groups: list({
    anyOf: [
      object({
        ...GROUP,
        type: { const: 'attribute_group' },
        id: { type: 'string', pattern: '^registry[.]' },
        display_name: TEXT,
        attributes: list(DEFINITION),
      }),
      object(
        {
          ...GROUP,
          type: { const: 'attribute_group' },
          id: { type: 'string', pattern: '^attributes[.]' },
          attributes: REFERENCES,
        },
        { extends: NAME },
      ),
      object({
        ...GROUP,
        type: { const: 'span' },
        id: { type: 'string', pattern: '^span[.]' },
        span_kind: { enum: ['client', 'server'] },
        stability: STABILITY,
        extends: NAME,
        note: TEXT,
        attributes: REFERENCES,
      }),
      object(
        {
          ...GROUP,
          type: { const: 'metric' },
          id: { type: 'string', pattern: '^metric[.]' },
          metric_name: NAMESPACED,
          instrument: { enum: ['counter', 'updowncounter', 'histogram', 'gauge'] },
          unit: TEXT,
          stability: STABILITY,
          annotations: object({
            code_generation: object({ metric_value_type: { enum: ['int', 'double'] } }),
          }),
          attributes: REFERENCES,
        },
        { note: TEXT },
      ),
    ],
  }),
});
