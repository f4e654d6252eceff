import { codes } from '../commands/codes.ts';
import { expectCloses } from '../commands/expect-closes.ts';
import { explain } from '../commands/explain.ts';
import { probe } from '../commands/probe.ts';
import { watch } from '../commands/watch.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

/** The commands by name. Without a name, the program runs `watch`. */
const COMMANDS: Readonly<Record<string, Command>> = { watch, explain, codes, expect: expectCloses, probe };

/**
 * Runs the program `closespan` with its arguments.
 * @returns the exit code: 0 for success, 1 for a close that the user does not want, 2 for wrong arguments
 */
export async function runCommandLine(
  args: readonly string[],
  context: CommandContext = contextOfProcess(),
): Promise<number> {
  const [name = '', ...rest] = args;
  const isNamed = Object.hasOwn(COMMANDS, name);
  const command = isNamed ? (COMMANDS[name] as Command) : watch;
  try {
    return await command.run(isNamed ? rest : args, context);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.stderr.write(`closespan: ${error.message}\n`);
    return 2;
  }
}

function contextOfProcess(): CommandContext {
  const { stdin, stdout, stderr, env } = process;
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return { stdin, stdout, stderr, env, signal: controller.signal };
}
