import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type CommandContext, Interruption, SIGNALS } from '../command-line/command.ts';

/** Parts of a command's context that a child process needs. */
type ChildContext = Pick<CommandContext, 'signal' | 'stdin'>;

/** Exit codes of shells for a command that cannot be started (POSIX.1-2024, Shell Command Language § 2.8.2). */
const [NOT_FOUND, NOT_EXECUTABLE] = [127, 126];
/** Exit code of shells for a command that signal 0 would have ended. */
const SIGNALLED = 128;

/** Error of a command that cannot be started, with the exit code that a shell would return. */
export class StartError extends Error {
  readonly exitCode: number;

  constructor(command: string, { code, message }: NodeJS.ErrnoException) {
    super(
      code === 'ENOENT'
        ? `The command \`${command}\` is not found`
        : `\`${command}\` does not start: ${message}`,
    );
    this.exitCode = code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
  }
}

/**
 * Runs a command with the streams of this process, and passes signals on.
 * @param env variables of the command
 * @returns exit code of the command; 128 and the number of the signal if a signal has ended the command
 * @throws StartError if the command cannot be started
 */
export function runChild(
  [command, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
  { signal, stdin }: ChildContext,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // On Windows `npm` is a script, which only a shell runs.
    let child: ChildProcess;
    try {
      child = spawn(command, args, { env, stdio: 'inherit', shell: process.platform === 'win32' });
    } catch (error) {
      // Node throws most errors of the system, such as ENOTDIR, and emits the others.
      reject(new StartError(command, error as NodeJS.ErrnoException));
      return;
    }

    function passOn(name: NodeJS.Signals): void {
      // A terminal sends SIGINT to all of its programs, and a second one would make many of them give up at once.
      if (name !== 'SIGINT' || !stdin.isTTY) child.kill(name);
    }

    // An output that cannot be written is no reason to end the command, which writes to its own.
    function passFirstOn(): void {
      if (!(signal.reason instanceof Interruption)) return;
      passOn(signal.reason.signal);
      for (const further of SIGNALS) process.on(further, passOn);
    }

    // By itself, a signal that ends this process would leave the command behind.
    process.on('SIGHUP', passOn);
    signal.addEventListener('abort', passFirstOn, { once: true });
    if (signal.aborted) passFirstOn();
    function leaveSignals(): void {
      signal.removeEventListener('abort', passFirstOn);
      for (const further of [...SIGNALS, 'SIGHUP']) process.off(further, passOn);
    }

    child.once('error', (error) => {
      leaveSignals();
      reject(new StartError(command, error));
    });
    child.once('exit', (code, name) => {
      leaveSignals();
      resolve(code ?? SIGNALLED + (name ? constants.signals[name] : 0));
    });
  });
}
