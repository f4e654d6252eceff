import { checkOptions, NAME, withoutSecrets } from '@closespan/core/platform';
import * as presetsEntry from '@closespan/core/presets';
import { NODE_OPTION_CHECKS, type NodeWebSocketOptions } from './node-options.ts';
import { warnAtStart } from './pipeline/console-logger.ts';
import { isSdkDisabled } from './pipeline/is-sdk-disabled.ts';

type Environment = Readonly<Record<string, string | undefined>>;
/**
 * One environment variable: its name, the option that it sets, and a function that turns its text into the option's
 * value.
 */
type VariableRow = readonly [
  variable: string,
  option: keyof NodeWebSocketOptions,
  read: (text: string) => unknown,
];

const PREFIX = 'CLOSESPAN_';
/** Largest number of characters of a warning's reason. The reason quotes the variable, which may have any length. */
const LONGEST_MESSAGE = 256;
/** Name of the environment variable that turns observation off with the value `false`. */
export const ENABLED: string = `${PREFIX}ENABLED`;

/**
 * Environment variables that set options. Each row has a variable, its option, and a function that reads the option's
 * value.
 */
export const ROWS: readonly VariableRow[] = [
  ['CLOSESPAN_OTLP', 'otlp', (text) => (asFlag(text) ? undefined : false)],
  ['CLOSESPAN_IGNORE_URLS', 'ignoreUrls', asList],
  ['CLOSESPAN_CLOSE_CODES', 'closeCodes', JSON.parse],
  ['CLOSESPAN_PRESETS', 'presets', asPresets],
  ['CLOSESPAN_CLOSE_REASON', 'redactReason', (text) => (asFlag(text) ? undefined : () => '')],
  ['CLOSESPAN_SUBPROTOCOL', 'redactSubprotocol', (text) => (asFlag(text) ? undefined : () => '')],
  ['CLOSESPAN_KEEP_ABNORMAL', 'keepAbnormal', asFlag],
  ['CLOSESPAN_SPAN_TIMING', 'spanTiming', asText],
  ['CLOSESPAN_PARENT', 'parent', asText],
  ['CLOSESPAN_RECONNECTS', 'reconnects', asFlag],
  ['CLOSESPAN_PROPAGATE_CONTEXT', 'propagateContext', asFlag],
  ['CLOSESPAN_CARRIERS', 'acceptCarriers', asList],
  ['CLOSESPAN_REFUSED_HANDSHAKES', 'refusedHandshakes', asFlag],
  ['CLOSESPAN_WIRE', 'wire', asFlag],
  ['CLOSESPAN_MESSAGES', 'messages', asFlag],
  ['CLOSESPAN_EXIT_TIMEOUT', 'exitTimeout', asNumber],
  ['CLOSESPAN_SILENCE_THRESHOLD', 'silenceThreshold', asNumber],
  ['CLOSESPAN_EXIT_SIGNALS', 'exitSignals', asList],
  ['CLOSESPAN_SPOOL', 'spool', asText],
];

/**
 * Says whether observation may start. `CLOSESPAN_ENABLED=false` forbids observation, and `OTEL_SDK_DISABLED=true`
 * forbids it, too.
 */
export function isEnabled(env: Environment): boolean {
  return readVariable(env, ENABLED, asFlag) !== false && !isSdkDisabled(env);
}

/**
 * Reads options from the environment variables `CLOSESPAN_*`. A variable with a wrong value or an unknown name causes
 * one warning and is ignored. Nothing throws.
 */
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

/**
 * Reads an environment variable. An empty variable counts as unset, as OpenTelemetry's specification says.
 * @returns `undefined` if the variable is unset, or if `read` throws
 */
function readVariable(env: Environment, variable: string, read: (text: string) => unknown): unknown {
  const text = env[variable];
  if (!text) return undefined;
  try {
    return read(text);
  } catch (error) {
    warnAtStart(`${NAME}: ${variable} ignored: ${(error as Error).message.slice(0, LONGEST_MESSAGE)}`);
    return undefined;
  }
}

function asText(text: string): string {
  return text;
}

/**
 * Converts text to a number. Text that is no number is returned unchanged, and the option's check then refuses the
 * text.
 */
function asNumber(text: string): unknown {
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function asList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/**
 * Converts names of presets, such as `graphqlWs`, to the presets.
 * @throws TypeError for an unknown name
 */
function asPresets(text: string): presetsEntry.Preset[] {
  const { definePreset, ...presets } = presetsEntry;
  const byName = new Map<string, presetsEntry.Preset>(Object.entries(presets));
  return asList(text).map((name) => {
    const preset = byName.get(name);
    if (!preset)
      throw new TypeError(`Expected ${[...byName.keys()].join(', ')}, got \`${withoutSecrets(name)}\``);
    return preset;
  });
}

function asFlag(text: string): boolean {
  const flag = text.toLowerCase();
  if (flag === 'true' || flag === 'false') return flag === 'true';
  throw new TypeError(`Expected true or false, got \`${withoutSecrets(text)}\``);
}
