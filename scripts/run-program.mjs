import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

// The installed binaries come first, Node 24 among them, so that every machine runs the same version.
const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);

/** Runs a program in the repository, with this process's input and output. Where it fails, this process exits with its code. */
export function runProgram(program, args) {
  const { status, signal, error } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH },
    shell: process.platform === 'win32',
  });
  if (error) fail(`${program} did not start: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

/** Prints a message and exits with code 1. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}
