import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Time for a program that has printed everything to end by itself, in milliseconds. */
const GRACE = 3_000;

/** Settings of one run of a program. */
export interface RunOptions {
  readonly cwd?: string;
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Says whether an output is complete. A program that runs on for 3 s after it gets SIGTERM. */
  readonly isComplete?: (stdout: string) => boolean;
  /** Milliseconds after which a program is killed. @defaultValue 40 minutes */
  readonly timeout?: number;
}

/** End and output of a program. */
export interface ProgramEnd {
  /** `null` if a signal ended the program. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, and returns its output. Rejects only if the program cannot start. */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramEnd> {
  const { cwd, env = {}, isComplete, timeout = 40 * 60_000 } = options;
  const child = spawn(program, args, {
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: a test runner's children end with it.
    detached: true,
  });
  const end = (signal: NodeJS.Signals) => {
    if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, signal);
  };
  const limit = setTimeout(end, timeout, 'SIGKILL');
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  let stdout = '';
  let grace: NodeJS.Timeout | undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
    if (!grace && isComplete?.(stdout)) grace = setTimeout(end, GRACE, 'SIGTERM');
  });
  const [exitCode, stderr] = await Promise.all([ended, text(child.stderr)]);
  clearTimeout(grace);
  clearTimeout(limit);
  return { exitCode, stdout, stderr };
}
