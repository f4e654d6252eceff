import { type ParseArgsConfig, type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';

type Config<T extends ParseArgsOptionsConfig> = ParseArgsConfig & { options: T; strict: true };

/**
 * Parses the arguments of a command.
 * @param args arguments behind the name of the command
 * @param options flags that the command takes, as `parseArgs` of Node describes flags
 * @param allowPositionals whether the command takes arguments that are no flags
 * @throws UsageError for an unknown flag, a flag without its value, and an argument that the command does not take
 */
export function parseFlags<T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  allowPositionals = false,
): ReturnType<typeof parseArgs<Config<T>>> {
  try {
    return parseArgs<Config<T>>({ args: [...args], options, allowPositionals, strict: true });
  } catch (error) {
    // Only the first sentence of Node's message is about the argument.
    const [problem = ''] = String((error as Error).message).split(/\.\s/);
    // Behind the name of an unknown flag may stand a secret, as in `--Authorization: Bearer …`.
    const named = problem.replace(/'(--?[\w-]+)[^']*('?)/, "'$1'");
    const flags = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${named}. Expected flags are ${flags.join(', ')}`);
  }
}

/**
 * Reads a whole number that the user gives for a flag.
 * @throws UsageError for another text, which names the flag and the range
 */
export function readNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`Expected \`${flag}\` to be a whole number from ${least} to ${most}, got \`${text}\``);
}

/** Seconds of each unit of time. */
const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * Reads a time that the user gives for a flag, such as `90`, `1.5m` or `250ms`. A number without a unit is seconds.
 * @param most longest time, in seconds. @defaultValue no limit
 * @returns seconds
 * @throws UsageError for another text, and a longer time, which names the flag
 */
export function readSeconds(flag: string, text: string, most = Number.POSITIVE_INFINITY): number {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = UNITS[unit];
  const seconds = number !== undefined && factor !== undefined ? Number(number) * factor : Number.NaN;
  if (seconds <= most) return seconds;
  if (seconds > most)
    throw new UsageError(`Expected \`${flag}\` to be at most ${most / 3600}h, got \`${text}\``);
  throw new UsageError(`Expected \`${flag}\` to be a time such as 60, 250ms, 1.5m or 2h, got \`${text}\``);
}
