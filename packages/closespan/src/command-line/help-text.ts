import { UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';

type Row = readonly [form: string, effect: string];

/** Widest form that stands in one line with its effect. */
const WIDEST_FORM = 30;

/**
 * Returns the text of `--help`.
 * @param name command whose flags are shown. Empty: all commands are shown, without their flags
 * @throws UsageError for an unknown command
 */
export function helpText(name: string): string {
  if (!name) return `${OVERVIEW}\n${block(commandRows())}\n${END}`;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new UsageError(`Expected one of the commands ${Object.keys(COMMANDS).join(', ')}, got \`${name}\``);
  return `Usage:\n${block(command.usage.map(([form, effect]) => [isFlag(form) ? form.trim() : `closespan ${form}`.trim(), effect]))}`;
}

const OVERVIEW = `See why WebSockets close. closespan receives what OpenTelemetry exporters send, and says each close in words.

Usage:`;

const END = `closespan COMMAND --help shows the flags of a command.
Exit codes: 0 success, 1 a close that is not wanted, 2 wrong arguments.
`;

function commandRows(): Row[] {
  return [
    ...Object.values(COMMANDS).flatMap(({ usage }) =>
      usage
        .filter(([form]) => !isFlag(form))
        .map(([form, effect]): Row => [`closespan ${form}`.trim(), effect]),
    ),
    ['closespan --version', 'prints the version'],
  ];
}

function isFlag(form: string): boolean {
  return form.trimStart().startsWith('-');
}

function block(rows: readonly Row[]): string {
  const width = Math.min(Math.max(...rows.map(([form]) => form.length)), WIDEST_FORM);
  const indent = ' '.repeat(width + 4);
  return rows
    .map(([form, effect]) =>
      form.length > width ? `  ${form}\n${indent}${effect}\n` : `  ${form.padEnd(width)}  ${effect}\n`,
    )
    .join('');
}
