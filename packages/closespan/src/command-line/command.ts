/** One command of the program `closespan`, such as `explain`. */
export interface Command {
  /**
   * Lines for `--help`: the command with its arguments and what the command does, then its flags. A form that begins
   * with `-` is a flag, which only the help of this command shows.
   */
  readonly usage: readonly (readonly [form: string, effect: string])[];
  /**
   * Runs the command until it ends. A signal of the user aborts `context.signal`; then the command ends soon.
   * @param args the arguments behind the name of the command
   * @returns the exit code of the process: 0 for success, 1 for a result that the user asked to fail for
   * @throws UsageError for arguments that the command does not take, and for a port that cannot be had
   */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** Streams, variables and signal that a command uses. Tests give other values than those of the process. */
export interface CommandContext {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly writableLength?: number;
  };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT or SIGTERM, with an `Interruption` as the reason, and if `stdout` cannot be written. */
  readonly signal: AbortSignal;
}

/** Error in what the user has asked for. The program prints the message and the way to `--help`, and exits with 2. */
export class UsageError extends Error {}

/** Signals of the user that end a command in order. */
export const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Reason of an abort: the signal that the process got. */
export class Interruption extends Error {
  /** Name of the signal. */
  readonly signal: (typeof SIGNALS)[number];

  constructor(signal: Interruption['signal']) {
    super(`Ended by ${signal}`);
    this.signal = signal;
  }
}
