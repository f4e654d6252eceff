import { version } from '../../package.json';
import { widthOf } from '../terminal/width-of.ts';
import { type Command, type CommandContext, Interruption, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { contextOfProcess } from './context-of-process.ts';
import { helpText } from './help-text.ts';

const HELP_FLAGS: readonly string[] = ['--help', '-h'];
const VERSION_FLAGS: readonly string[] = ['--version', '-v'];

/**
 * Runs the program `closespan` with its arguments.
 * @returns the exit code: 0 for success, 1 for a close that the user does not want, 2 for wrong arguments
 */
export async function runCommandLine(
  args: readonly string[],
  context: CommandContext = contextOfProcess(),
): Promise<number> {
  const [name = '', ...rest] = args;
  const named = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (name === 'help' || asksFor(HELP_FLAGS, args)) {
      const [topic = ''] = name === 'help' || HELP_FLAGS.includes(name) ? rest : [];
      context.stdout.write(helpText(named ? name : topic, widthOf(context.stdout)));
      return 0;
    }
    if (asksFor(VERSION_FLAGS, named ? [] : args)) {
      context.stdout.write(`${version}\n`);
      return 0;
    }
    return named ? await named.run(rest, context) : await unnamed(name).run(args, context);
  } catch (error) {
    if (error instanceof Interruption) return 1;
    if (!(error instanceof UsageError)) throw error;
    context.stderr.write(
      `closespan: ${error.message}\nclosespan${named ? ` ${name}` : name.startsWith('-') ? ' watch' : ''} --help shows what there is\n`,
    );
    return 2;
  }
}

/** Says whether a flag is among the arguments of closespan. Arguments behind `--` are those of another program. */
function asksFor(flags: readonly string[], args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => flags.includes(arg));
}

/** Returns the command that runs without a name. */
function unnamed(first: string): Command {
  if (first && !first.startsWith('-'))
    throw new UsageError(
      `Expected one of the commands ${Object.keys(COMMANDS).join(', ')}, or none, got \`${first}\``,
    );
  return COMMANDS['watch'] as Command;
}
