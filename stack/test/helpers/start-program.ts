import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A running program. */
export interface Program {
  readonly pid: number;
  /** What it has written so far, both streams. */
  readonly output: string;
  /** Ends it, and resolves when it has. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** How to know that it is up: an address that responds with a status below 400. */
export interface Readiness {
  readonly readyUrl: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Milliseconds after which something is wrong, on any machine. */
const PATIENCE = 60_000;

/**
 * Starts a program and waits until its address responds.
 * @throws Error with its output when it ends before, or never responds
 */
export async function startProgram(
  path: string,
  args: readonly string[],
  { readyUrl, env }: Readiness,
): Promise<Program> {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const kill = () => child.kill();
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const program: Program = {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    async stop(signal = 'SIGTERM') {
      if (hasEnded(child)) return;
      const exit = once(child, 'exit');
      child.kill(signal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      await exit;
      clearTimeout(impatience);
    },
  };
  await once(child, 'spawn');
  const deadline = Date.now() + PATIENCE;
  while (!(await responds(readyUrl))) {
    if (hasEnded(child)) throw new Error(`${path} ended with ${child.exitCode}\n${output}`);
    if (Date.now() > deadline) throw new Error(`${path} does not respond at ${readyUrl}\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return program;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function responds(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).status < 400;
  } catch {
    return false;
  }
}
