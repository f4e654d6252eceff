import { type CommandContext, Interruption, SIGNALS } from './command.ts';

/** Returns the streams and variables of this process, with a signal that the user's signals abort. */
export function contextOfProcess(): CommandContext {
  const { stdin, stdout, stderr, env } = process;
  const controller = new AbortController();
  // The second signal, of whichever kind, ends the process at once.
  const end = (name: (typeof SIGNALS)[number]) => {
    for (const signal of SIGNALS) process.off(signal, end);
    controller.abort(new Interruption(name));
  };
  for (const signal of SIGNALS) process.on(signal, end);
  let hasFailed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Each line that is written later fails, too.
    if (hasFailed) return;
    hasFailed = true;
    controller.abort(error);
    // Another program that reads the lines has ended, as `head` does.
    if (error.code === 'EPIPE') return;
    stderr.write(`closespan: the output cannot be written: ${error.message}\n`);
    process.once('exit', () => {
      process.exitCode = 1;
    });
  });
  // Notes that nobody reads end no command.
  stderr.on('error', () => {});
  return { stdin, stdout, stderr, env, signal: controller.signal };
}
