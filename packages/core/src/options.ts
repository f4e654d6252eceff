import type { MeterProvider, Span, TracerProvider } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import { expected } from './expected.ts';
import type { CloseCodeMeanings } from './record/close-codes.ts';
import type { CloseRecord } from './record/close-record.ts';
import type { SamplerLike } from './sampler.ts';
import { NAME } from './version.ts';

/** Where our own pipeline sends to. */
export interface OtlpOptions {
  /**
   * Base address of an OTLP/HTTP receiver; `/v1/traces` and `/v1/metrics` are appended.
   * @defaultValue `OTEL_EXPORTER_OTLP_ENDPOINT` in Node, else `http://localhost:4318`
   */
  readonly url?: string;
  /** Headers of each export request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The members of a server's upgrade request that tell a route; Node's `IncomingMessage` has them. */
export interface UpgradeRequestLike {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What `instrumentWebSockets()` takes; all of it optional. */
export interface WebSocketOptions {
  /** `service.name` of our own pipeline. @defaultValue `OTEL_SERVICE_NAME` in Node, else `unknown_service` */
  readonly serviceName?: string;
  /** Our own pipeline, which starts only when no provider is given or registered; `false`: never. */
  readonly otlp?: OtlpOptions | false;
  /** Spans go here. @defaultValue the global provider, looked up when the first record is made */
  readonly tracerProvider?: TracerProvider;
  /** Metrics go here. @defaultValue the global provider, looked up when the first record is made */
  readonly meterProvider?: MeterProvider;
  /**
   * Sampler of our own pipeline, e.g. `new AbnormalCloseSampler(base)`.
   * @defaultValue `OTEL_TRACES_SAMPLER`, or every span
   */
  readonly sampler?: SamplerLike;
  /** Connections whose URL contains a string or matches an expression are not recorded. */
  readonly ignoreUrls?: readonly (string | RegExp)[];
  /**
   * A low-cardinality name for a URL, for the span's name and `url.template`; `undefined`: none. A server on Node hands
   * over the upgrade request, too.
   */
  readonly urlTemplate?: (url: URL, request?: UpgradeRequestLike) => string | undefined;
  /** Turns a URL into `url.full` and `url.path`. @defaultValue drops user info, query and fragment */
  readonly redactUrl?: (url: URL) => string;
  /** Turns the peer's close reason into what is recorded; an empty string: nothing. */
  readonly redactReason?: (reason: string) => string;
  /** Names and meanings of the app's own close codes. */
  readonly closeCodes?: CloseCodeMeanings;
  /** Decides whether a close is an error, over every default. */
  readonly isAbnormal?: (record: CloseRecord) => boolean;
  /** What the span spans: the close operation, or the whole life since construction. @defaultValue `close` */
  readonly spanTiming?: 'close' | 'lifetime';
  /** Parent of the span: none (a new root with a link), or what was active at construction. @defaultValue `none` */
  readonly parent?: 'none' | 'creation';
  /** Called with each record and its span before the span ends; a promise that it returns is not waited for. */
  readonly closeHook?: (record: CloseRecord, span: Span) => void;
}

/** What an option must be, in words for the error, and whether a value is that. */
export type OptionCheck = readonly [expectation: string, fits: (value: unknown) => boolean];
/** A check for each option. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;
type Fields = Readonly<Record<string, unknown>>;

const isType = (type: string) => (value: unknown) => typeof value === type;
const isString = isType('string');
const everyField = (value: unknown, fits: (field: [string, unknown]) => boolean) =>
  typeof value === 'object' && value !== null && Object.entries(value).every(fits);

/** A check for a switch. */
export const BOOLEAN: OptionCheck = ['a boolean', isType('boolean')];
const FUNCTION: OptionCheck = ['a function', isType('function')];
/** Of an option that is an object of a certain kind. */
export const having = (method: string): OptionCheck => [
  `an object with ${method}()`,
  (value) => typeof (value as Fields | null)?.[method] === 'function',
];
/** A check for an option with few values. */
export const oneOf = (...values: unknown[]): OptionCheck => [
  values.join(' or '),
  (value) => values.includes(value),
];

const CHECKS: OptionChecks = {
  serviceName: ['a string', isString],
  otlp: ['false or { url, headers }: an http(s) address, strings', isOtlp],
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
 * Checks options at the call.
 * @param platformChecks those of the options that one platform adds, or checks better
 * @throws TypeError for a value of the wrong kind; an option that nobody knows costs one `diag.warn`
 */
export function checkOptions(options: WebSocketOptions, platformChecks: OptionChecks = {}): void {
  checkOption('options', ['an object', (value) => Object(value) === value], options);
  for (const [name, value] of Object.entries(options)) {
    const check = platformChecks[name] ?? CHECKS[name];
    if (!check) diag.warn(`${NAME}: option ${name} is unknown and ignored`);
    else if (value !== undefined) checkOption(name, check, value);
  }
}

/** @throws TypeError for a value that does not fit */
export function checkOption(name: string, [expectation, fits]: OptionCheck, value: unknown): void {
  if (!fits(value)) throw expected(name, expectation, value);
}

/** Whether a value is `false` or `{ url, headers }` by its types, the address one that a path can be appended to. */
export function isOtlp(value: unknown): boolean {
  const isField = ([name, field]: [string, unknown]) =>
    field === undefined ||
    (name === 'url'
      ? isString(field) && /^https?:[^?#]+$/.test(field as string)
      : everyField(field, ([, header]) => isString(header)));
  return value === false || everyField(value, isField);
}

function isMeaning([code, meaning]: [string, unknown]): boolean {
  const isField = ([name, field]: [string, unknown]) =>
    typeof field === (name === 'name' ? 'string' : 'boolean');
  return Number(code) >= 0 && everyField(meaning, isField);
}
