import { checkOptions, NAME } from '@closespan/core/platform';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { warnAtStart } from './pipeline/console-logger.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/** A variable, the option that it sets, and how its text becomes a value, which is checked as one from a call is. */
type Row = readonly [variable: string, option: keyof NodeWebSocketOptions, read: (text: string) => unknown];

const PREFIX = 'CLOSESPAN_';
const ENABLED = `${PREFIX}ENABLED`;

const ROWS: readonly Row[] = [
  ['CLOSESPAN_OTLP', 'otlp', (text) => (asFlag(text) ? undefined : false)],
  ['CLOSESPAN_IGNORE_URLS', 'ignoreUrls', asList],
  ['CLOSESPAN_CLOSE_CODES', 'closeCodes', JSON.parse],
  ['CLOSESPAN_CLOSE_REASON', 'redactReason', (text) => (asFlag(text) ? undefined : () => '')],
  ['CLOSESPAN_SPAN_TIMING', 'spanTiming', asText],
  ['CLOSESPAN_PARENT', 'parent', asText],
  ['CLOSESPAN_PROPAGATE_CONTEXT', 'propagateContext', asFlag],
  ['CLOSESPAN_CARRIERS', 'carriers', asList],
  ['CLOSESPAN_EXIT_TIMEOUT', 'exitTimeout', asNumber],
  ['CLOSESPAN_EXIT_SIGNALS', 'exitSignals', asList],
];

/** Whether `CLOSESPAN_ENABLED` and `OTEL_SDK_DISABLED` let us start, as they do when they say nothing. */
export function isEnabled(env: Environment): boolean {
  const enabled = readVariable(env, ENABLED, asFlag);
  return enabled !== false && env['OTEL_SDK_DISABLED']?.toLowerCase() !== 'true';
}

/** The options that `CLOSESPAN_*` variables set. What is wrong costs one warning and is left out; nothing throws. */
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
  // Each value has passed the check of its option.
  return options as NodeWebSocketOptions;
}

/** An empty variable counts as none, as OpenTelemetry has it. */
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

/** What is no number stays a text, which no option that is a number takes. */
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
