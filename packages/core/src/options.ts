import type { MeterProvider, Span, TracerProvider } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import type { CloseCodeMeanings } from './close-codes.ts';
import type { CloseRecord } from './close-record.ts';
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
  /** Sampler of our own pipeline, e.g. `new AbnormalCloseSampler(base)`. @defaultValue `OTEL_TRACES_SAMPLER`, or every span */
  readonly sampler?: SamplerLike;
  /** Connections whose URL contains a string or matches an expression are not recorded. */
  readonly ignoreUrls?: readonly (string | RegExp)[];
  /** A low-cardinality name for a URL, for the span's name and `url.template`; `undefined`: none. */
  readonly urlTemplate?: (url: URL) => string | undefined;
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
  /** Called with each record and its span before the span ends. */
  readonly closeHook?: (record: CloseRecord, span: Span) => void;
}

type Check = readonly [expectation: string, fits: (value: unknown) => boolean];

const FUNCTION: Check = ['a function', (value) => typeof value === 'function'];
const oneOf = (...values: string[]): Check => [
  values.map((value) => `'${value}'`).join(' or '),
  (value) => values.includes(value as string),
];
const having = (method: string): Check => [
  `an object with a method \`${method}\``,
  (value) => isObject(value) && typeof value[method] === 'function',
];

const CHECKS: Readonly<Record<keyof WebSocketOptions, Check>> = {
  serviceName: ['a non-empty string', (value) => typeof value === 'string' && value !== ''],
  otlp: [
    'false or { url, headers } with an http(s) URL and string headers',
    (value) => value === false || isOtlp(value),
  ],
  tracerProvider: having('getTracer'),
  meterProvider: having('getMeter'),
  sampler: having('shouldSample'),
  ignoreUrls: [
    'an array of strings and regular expressions',
    (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string' || item instanceof RegExp),
  ],
  urlTemplate: FUNCTION,
  redactUrl: FUNCTION,
  redactReason: FUNCTION,
  closeCodes: [
    'an object of { name, abnormal } by close code',
    (value) => isObject(value) && Object.entries(value).every(isMeaning),
  ],
  isAbnormal: FUNCTION,
  spanTiming: oneOf('close', 'lifetime'),
  parent: oneOf('none', 'creation'),
  closeHook: FUNCTION,
};

/**
 * Checks options at the call.
 * @throws TypeError for a value of the wrong kind; an option that nobody knows costs one `diag.warn`
 */
export function checkOptions(options: WebSocketOptions): void {
  if (!isObject(options)) throw wrong('options', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    const check = CHECKS[name as keyof WebSocketOptions] as Check | undefined;
    if (!check) diag.warn(`${NAME}: option \`${name}\` is unknown and ignored`);
    else if (value !== undefined && !check[1](value)) throw wrong(name, check[0], value);
  }
}

function wrong(name: string, expectation: string, value: unknown): TypeError {
  const fact = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return new TypeError(`Expected \`${name}\` to be ${expectation}, got \`${fact}\` (${typeof value})`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isOtlp(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { url = 'http://x', headers = {} } = value;
  return (
    /^https?:\/\/\S/.test(url as string) &&
    isObject(headers) &&
    Object.values(headers).every((header) => typeof header === 'string')
  );
}

function isMeaning([code, meaning]: [string, unknown]): boolean {
  if (!/^\d+$/.test(code) || !isObject(meaning)) return false;
  const { name = '', abnormal = false } = meaning;
  return typeof name === 'string' && typeof abnormal === 'boolean';
}
