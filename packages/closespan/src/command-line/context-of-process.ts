import { type CommandContext, Interruption } from './command.ts';

/** Signals that end a command in order. The second one ends the process at once. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Returns the streams and variables of this process, with a signal that the user's signals abort. */
export function contextOfProcess(): CommandContext {
  const { stdin, stdout, stderr, env } = process;
  const controller = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => controller.abort(new Interruption(signal)));
  // Another program that reads the lines has ended, as `head` does.
  for (const stream of [stdout, stderr]) stream.on('error', (error) => controller.abort(error));
  return { stdin, stdout, stderr, env, signal: controller.signal };
}
