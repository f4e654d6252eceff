import { expected } from './expected.ts';
import type { OtlpOptions, WebSocketOptions } from './options.ts';
import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/**
 * Check of one option. The first item continues the error text "Expected `name` to be". The second item returns whether
 * a value is valid.
 */
export type OptionCheck = readonly [expectation: string, fits: (value: unknown) => boolean];
/** Checks of options, by the option's name. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;
type Fields = Readonly<Record<string, unknown>>;

const isType = (type: string) => (value: unknown) => typeof value === type;
const isString = isType('string');
/** Returns whether a value is an object and all of its fields pass the test `fits`. */
const everyField = (value: unknown, fits: (field: [string, unknown]) => boolean) =>
  typeof value === 'object' && value !== null && Object.entries(value).every(fits);

/** Checks that the value of an option is a text. */
export const STRING: OptionCheck = ['a string', isString];
/** Checks that the value of an option is an object with texts, finite numbers and booleans. */
export const PLAIN_VALUES: OptionCheck = [
  'strings, numbers and booleans by name',
  (value) =>
    everyField(value, ([, field]) => isString(field) || field === Boolean(field) || Number.isFinite(field)),
];
/** Checks that the value of an option is `true` or `false`. */
export const BOOLEAN: OptionCheck = ['a boolean', isType('boolean')];
const FUNCTION: OptionCheck = ['a function', isType('function')];
/**
 * Makes a check for an option whose value is an object with a given method.
 * @param method name of the method
 */
export const having = (method: string): OptionCheck => [
  `an object with ${method}()`,
  (value) => typeof (value as Fields | null)?.[method] === 'function',
];
/** Makes a check for an option that has a fixed list of values. */
export const oneOf = (...values: unknown[]): OptionCheck => [
  values.join(' or '),
  (value) => values.includes(value),
];

/** Checks of the options that exist on every platform, but for `otlp`: its members differ from platform to platform. */
export const CHECKS: OptionChecks = {
  serviceName: STRING,
  tracerProvider: having('getTracer'),
  meterProvider: having('getMeter'),
  sampler: having('shouldSample'),
  ignoreUrls: [
    'an array of strings and RegExps',
    (value) => Array.isArray(value) && value.every((item) => isString(item) || item instanceof RegExp),
  ],
  urlTemplate: FUNCTION,
  redactUrl: FUNCTION,
  redactReason: FUNCTION,
  redactSubprotocol: FUNCTION,
  closeCodes: ['{ name, abnormal } by code', (value) => everyField(value, isMeaning)],
  presets: ['an array of presets', (value) => Array.isArray(value) && value.every(having('meaningOf')[1])],
  isAbnormal: FUNCTION,
  spanTiming: /* @__PURE__ */ oneOf('close', 'lifetime'),
  parent: /* @__PURE__ */ oneOf('none', 'creation'),
  reconnects: BOOLEAN,
  messages: BOOLEAN,
  closeHook: FUNCTION,
  metricAttributes: FUNCTION,
} satisfies Record<Exclude<keyof WebSocketOptions, 'otlp'>, OptionCheck>;

/**
 * Checks the options that the app passes. An unknown option is logged with `diag.warn`. `undefined` is valid for every
 * option.
 * @param platformChecks checks of one platform; such a check replaces the common check of an option
 * @throws TypeError for an invalid value
 */
export function checkOptions(options: WebSocketOptions, platformChecks: OptionChecks = {}): void {
  checkOption('options', ['an object', (value) => Object(value) === value], options);
  for (const [name, value] of Object.entries(options)) {
    // Own ones: every object inherits a `constructor`.
    const checks = [platformChecks, CHECKS].find((table) => Object.hasOwn(table, name));
    const check = checks?.[name];
    if (!check) diag.warn(`${NAME}: option ${name} is unknown and ignored`);
    else if (value !== undefined) checkOption(name, check, value);
  }
}

/**
 * Checks the value of one option.
 * @throws TypeError for an invalid value
 */
export function checkOption(name: string, [expectation, fits]: OptionCheck, value: unknown): void {
  if (!fits(value)) throw expected(name, expectation, value);
}

/** Checks of the members of the option `otlp`, by the member's name. */
export type OtlpMembers = Readonly<Record<keyof OtlpOptions, (member: unknown) => boolean>>;

/** Returns whether a value is an object that has only texts, such as the member `headers` of the option `otlp`. */
export const areStrings = (value: unknown): boolean => everyField(value, ([, text]) => isString(text));

/**
 * Returns whether a value of the option `otlp` is valid: `false`, or an object with only known members of the right
 * types.
 * @param members checks of the members that a platform knows
 */
export function isOtlp(value: unknown, members: OtlpMembers): boolean {
  const isMember = ([name, member]: [string, unknown]) =>
    member === undefined || (Object.hasOwn(members, name) && members[name as keyof OtlpMembers](member));
  return value === false || everyField(value, isMember);
}

/**
 * Returns whether a field of the option `closeCodes` is valid: the key is a close code, and the value is an object with
 * `name` or `abnormal`.
 */
function isMeaning([code, meaning]: [string, unknown]): boolean {
  const isField = ([name, field]: [string, unknown]) =>
    typeof field === (name === 'name' ? 'string' : 'boolean');
  return Number(code) >= 0 && everyField(meaning, isField);
}
