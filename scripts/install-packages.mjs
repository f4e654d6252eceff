import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runProgram } from './run-program.mjs';

const { packageManager: PNPM } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** Whether everything was installed before. A demo's install would then remove most of it. */
export function isFullyInstalled() {
  return existsSync(join(ROOT, 'node_modules', 'vitest'));
}

/** Installs everything: for development, tests and benches. */
export function installPackages() {
  pnpm(['install', '--frozen-lockfile']);
}

/**
 * Installs what the demo and the build of the packages need, without the root's `devDependencies`.
 *
 * pnpm then asks the registry nothing about the other packages in the lock file; each download still has to match its
 * hash there.
 */
export function installDemoPackages() {
  pnpm(['--filter', '@closespan/demo...', 'install', '--frozen-lockfile', '--prod', '--trust-lockfile']);
}

/** Runs pnpm through npm, so that nobody has to install it. */
export function pnpm(args) {
  runProgram('npm', ['exec', '--yes', '--', PNPM, ...args]);
}
