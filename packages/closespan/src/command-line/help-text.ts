import { wrapText } from '../terminal/wrap-text.ts';
import { UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';

type Row = readonly [form: string, effect: string];

/** Widest form that stands in one line with its effect. */
const WIDEST_FORM = 30;

/**
 * Returns the text of `--help`.
 * @param name command whose flags are shown. Empty: all commands are shown, without their flags
 * @param width columns of the terminal. Infinity breaks no line
 * @throws UsageError for an unknown command
 */
export function helpText(name: string, width: number): string {
  if (!name)
    return [
      ...wrapText(OVERVIEW, width, ''),
      `\nUsage:\n${block(commandRows(), width)}`,
      ...END.flatMap((line) => wrapText(line, width, '')),
      '',
    ].join('\n');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw new UsageError(`Expected one of the commands ${Object.keys(COMMANDS).join(', ')}, got \`${name}\``);
  return `Usage:\n${block(
    command.usage.map(([form, effect]) => [isFlag(form) ? form.trim() : `closespan ${form}`.trim(), effect]),
    width,
  )}`;
}

const OVERVIEW =
  'See why WebSockets close. closespan receives what OpenTelemetry exporters send, and says each close in words.';

const END = [
  'closespan COMMAND --help shows the flags of a command.',
  'Exit codes: 0 success, 1 a close that is not wanted, or output that cannot be written, 2 wrong arguments.',
];

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

function block(rows: readonly Row[], width: number): string {
  const formWidth = Math.min(Math.max(...rows.map(([form]) => form.length)), WIDEST_FORM);
  const indent = ' '.repeat(formWidth + 4);
  return rows
    .flatMap(([form, effect]) => {
      const [first = '', ...more] = wrapText(effect, width, indent);
      const start = `  ${form.padEnd(formWidth)}  `;
      return form.length > formWidth ? [`  ${form}`, first, ...more] : [start + first.trimStart(), ...more];
    })
    .map((line) => `${line}\n`)
    .join('');
}
