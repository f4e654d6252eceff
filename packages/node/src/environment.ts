import { checkOptions, NAME } from '@closespan/core/platform';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { warnAtStart } from './pipeline/console-logger.ts';
import { isSdkDisabled } from './pipeline/is-sdk-disabled.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** A variable, the option that the variable sets, and a function that makes the option's value of the variable's text. */
type VariableRow = readonly [
  variable: string,
  option: keyof NodeWebSocketOptions,
  read: (text: string) => unknown,
];

const PREFIX = 'CLOSESPAN_';
/** The variable that keeps observation from starting. */
export const ENABLED: string = `${PREFIX}ENABLED`;

/** The variables that set options, each with its option. */
export const ROWS: readonly VariableRow[] = [
  ['CLOSESPAN_OTLP', 'otlp', (text) => (asFlag(text) ? undefined : false)],
  ['CLOSESPAN_IGNORE_URLS', 'ignoreUrls', asList],
  ['CLOSESPAN_CLOSE_CODES', 'closeCodes', JSON.parse],
  ['CLOSESPAN_CLOSE_REASON', 'redactReason', (text) => (asFlag(text) ? undefined : () => '')],
  ['CLOSESPAN_SPAN_TIMING', 'spanTiming', asText],
  ['CLOSESPAN_PARENT', 'parent', asText],
  ['CLOSESPAN_PROPAGATE_CONTEXT', 'propagateContext', asFlag],
  ['CLOSESPAN_CARRIERS', 'acceptCarriers', asList],
  ['CLOSESPAN_EXIT_TIMEOUT', 'exitTimeout', asNumber],
  ['CLOSESPAN_EXIT_SIGNALS', 'exitSignals', asList],
];

/** Says whether observation may start: neither `CLOSESPAN_ENABLED=false` nor `OTEL_SDK_DISABLED=true` is set. */
export function isEnabled(env: Environment): boolean {
  return readVariable(env, ENABLED, asFlag) !== false && !isSdkDisabled(env);
}

/** Reads the options that `CLOSESPAN_*` variables set. A wrong value costs one warning and is left out; nothing throws. */
export function optionsFromEnvironment(env: Environment): NodeWebSocketOptions {
  const options: Partial<Record<keyof NodeWebSocketOptions, unknown>> = {};
  for (const [variable, option, read] of ROWS) {
    const value = readVariable(env, variable, (text) => {
      const checked = { [option]: read(text) };
      checkOptions(checked, NODE_OPTION_CHECKS);
      return checked[option];
    });
    if (value !== undefined) options[option] = value;
  }
  const known = [ENABLED, ...ROWS.map(([variable]) => variable)];
  for (const variable of Object.keys(env)) {
    if (variable.startsWith(PREFIX) && !known.includes(variable)) {
      warnAtStart(`${NAME}: ${variable} is unknown and ignored`);
    }
  }
  // Each value has passed its option's check.
  return options as NodeWebSocketOptions;
}

/** Reads a variable; an empty one counts as unset, as OpenTelemetry's specification says. */
function readVariable(env: Environment, variable: string, read: (text: string) => unknown): unknown {
  const text = env[variable];
  if (!text) return undefined;
  try {
    return read(text);
  } catch (error) {
    warnAtStart(`${NAME}: ${variable} ignored: ${(error as Error).message}`);
    return undefined;
  }
}

function asText(text: string): string {
  return text;
}

/** Reads a number. Other text stays text, so that the option's check refuses it. */
function asNumber(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function asList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

function asFlag(text: string): boolean {
  const flag = text.toLowerCase();
  if (flag === 'true' || flag === 'false') return flag === 'true';
  throw new TypeError(`Expected true or false, got \`${text}\``);
}
