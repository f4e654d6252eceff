import { expected } from './expected.ts';
import type { WebSocketOptions } from './options.ts';
import { diag } from './registered-api.ts';
import { NAME } from './version.ts';

/** Checks an option: the first item continues "Expected `name` to be" in the error, the second tests a value. */
export type OptionCheck = readonly [expectation: string, fits: (value: unknown) => boolean];
/** Checks of options, by option. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;
type Fields = Readonly<Record<string, unknown>>;

const isType = (type: string) => (value: unknown) => typeof value === type;
const isString = isType('string');
/** Returns whether a value is an object all of whose fields fit. */
const everyField = (value: unknown, fits: (field: [string, unknown]) => boolean) =>
  typeof value === 'object' && value !== null && Object.entries(value).every(fits);

/** Checks an option that is `true` or `false`. */
export const BOOLEAN: OptionCheck = ['a boolean', isType('boolean')];
const FUNCTION: OptionCheck = ['a function', isType('function')];
/** Makes a check for an option that is an object with a certain method. */
export const having = (method: string): OptionCheck => [
  `an object with ${method}()`,
  (value) => typeof (value as Fields | null)?.[method] === 'function',
];
/** Makes a check for an option with few values. */
export const oneOf = (...values: unknown[]): OptionCheck => [
  values.join(' or '),
  (value) => values.includes(value),
];

/** Checks of the options that every platform has. */
export const CHECKS: OptionChecks = {
  serviceName: ['a string', isString],
  otlp: ['false or { url, headers }: an http(s) address, strings', (value) => isOtlp(value)],
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
  closeCodes: ['{ name, abnormal } by code', (value) => everyField(value, isMeaning)],
  isAbnormal: FUNCTION,
  spanTiming: oneOf('close', 'lifetime'),
  parent: oneOf('none', 'creation'),
  closeHook: FUNCTION,
} satisfies Record<keyof WebSocketOptions, OptionCheck>;

/**
 * Checks options at the call. An option without a check costs one `diag.warn`; `undefined` fits every option.
 * @param platformChecks checks of the options that one platform adds, or checks better
 * @throws TypeError for a value that does not fit
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
 * Checks one value.
 * @throws TypeError for a value that does not fit
 */
export function checkOption(name: string, [expectation, fits]: OptionCheck, value: unknown): void {
  if (!fits(value)) throw expected(name, expectation, value);
}

/** Checks of the members of option `otlp` that every platform takes. */
export const OTLP_MEMBERS: OptionChecks = {
  // An address to which a path can be appended.
  url: ['an http(s) address', (url) => isString(url) && /^https?:[^?#]+$/.test(url as string)],
  headers: ['strings by name', (headers) => everyField(headers, ([, header]) => isString(header))],
};

/**
 * Returns whether a value of the option `otlp` is `false`, or an object whose members all are known and have the right
 * types.
 * @param platformMembers checks of the members that one platform adds to `url` and `headers`
 */
export function isOtlp(value: unknown, platformMembers: OptionChecks = {}): boolean {
  const members = { ...OTLP_MEMBERS, ...platformMembers };
  const isMember = ([name, member]: [string, unknown]) =>
    member === undefined || (Object.hasOwn(members, name) && members[name]?.[1](member) === true);
  return value === false || everyField(value, isMember);
}

/** Returns whether a field of `closeCodes` is a code with `{ name, abnormal }`. */
function isMeaning([code, meaning]: [string, unknown]): boolean {
  const isField = ([name, field]: [string, unknown]) =>
    typeof field === (name === 'name' ? 'string' : 'boolean');
  return Number(code) >= 0 && everyField(meaning, isField);
}
