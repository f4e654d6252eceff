import { checkOptions } from '@closespan/core/platform';
import { type DiagLogger, diag } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect } from 'vitest';
import { createResource } from '../../../packages/core/src/delivery/otlp-settings.ts';
import { exportTarget } from '../../../packages/core/src/otlp/export-target.ts';
import { isEnabled, optionsFromEnvironment, ROWS } from '../../../packages/node/src/environment.ts';
import { NODE_OPTION_CHECKS } from '../../../packages/node/src/node-options.ts';
import { warnOfUnspoken } from '../../../packages/node/src/pipeline/warn-of-unspoken.ts';
import { fuzz } from '../fuzz.ts';

let warnings: string[];
const note = (text: string) => void warnings.push(text);
const nothing = () => {};
beforeAll(() => {
  const logger: DiagLogger = { error: note, warn: note, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { suppressOverrideMessage: true });
});
afterAll(() => diag.disable());

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.json(),
  fc.constantFrom(
    'true',
    'FALSE',
    '0',
    '-1',
    '1e999',
    'NaN',
    ' ',
    'null',
    '{}',
    '[]',
    '""',
    'SIGTERM',
    'query,subprotocol',
  ),
  fc
    .record({
      code: fc.oneof(fc.integer().map(String), fc.constantFrom('__proto__', 'constructor', '4000')),
      meaning: fc.jsonValue(),
    })
    .map(({ code, meaning }) => JSON.stringify({ [code]: meaning }).replace('"__proto__"', '"__proto__"')),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 5000 }))
    .map(([text, times]) => text.repeat(times)),
);
const NAMES = ['CLOSESPAN_ENABLED', ...ROWS.map(([name]) => name)];

fuzz(
  'whatever CLOSESPAN_* say, options pass their checks, and each variable costs at most one short warning',
  2000,
  fc.property(
    fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^CLOSESPAN_[A-Z_]{0,9}$/)), value, {
      maxKeys: 6,
    }),
    (env) => {
      warnings = [];
      const options = optionsFromEnvironment(env);
      isEnabled(env);
      checkOptions(options, NODE_OPTION_CHECKS);
      expect(Object.getPrototypeOf(options)).toBe(Object.prototype);
      // The switch is read by itself.
      expect(warnings.length).toBeLessThanOrEqual(Object.keys(env).length + 1);
      for (const warning of warnings) expect(warning.length).toBeLessThan(400);
    },
  ),
);

const OTEL_NAMES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
  'OTEL_EXPORTER_OTLP_TIMEOUT',
  'OTEL_EXPORTER_OTLP_COMPRESSION',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_TRACES_EXPORTER',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SERVICE_NAME',
];
const otelValue = fc.oneof(
  // The environment of a process holds no NUL.
  value.map((text) => text.replaceAll('\0', '')),
  fc
    .array(
      fc.tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 })).map((pair) => pair.join('=')),
      { maxLength: 4 },
    )
    .map((list) => list.join(',').replaceAll('\0', '')),
  fc.constantFrom('http://localhost:4318', 'localhost:4318', 'http://[', '%', 'a=%E0%A4%A', 'a=b,c'),
);

fuzz(
  'whatever OTEL_* say, the target of exports and the resource can be made',
  1000,
  fc.property(fc.dictionary(fc.constantFrom(...OTEL_NAMES), otelValue, { maxKeys: 5 }), (env) => {
    warnings = [];
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const { url, timeoutMillis, compression } = exportTarget({}, 'traces');
      expect(URL.canParse(url)).toBe(true);
      expect(timeoutMillis).toBeGreaterThan(0);
      expect(['gzip', 'none']).toContain(compression);
      expect(createResource({}).attributes).toBeTypeOf('object');
      warnOfUnspoken(env);
    } finally {
      for (const name of OTEL_NAMES) delete process.env[name];
      Object.assign(process.env, before);
    }
  }),
);
