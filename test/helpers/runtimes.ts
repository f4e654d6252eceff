import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How to run a program of Bun or Deno; binaries come as packages, for Linux on x64. */
export interface Runtime {
  readonly name: 'bun' | 'deno';
  /** `undefined` where this machine has none. */
  readonly binary: string | undefined;
  /** Arguments before the program's path. */
  readonly args: readonly string[];
}

export const BUN: Runtime = { name: 'bun', binary: find('@oven/bun-linux-x64/bin/bun'), args: [] };
export const DENO: Runtime = {
  name: 'deno',
  binary: find('@deno/linux-x64-glibc/deno'),
  args: ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual'],
};
/** The binary of workerd. */
export const WORKERD: string | undefined = find('@cloudflare/workerd-linux-64/bin/workerd');

function find(path: string): string | undefined {
  const file = fileURLToPath(new URL(`../runtimes/node_modules/${path}`, import.meta.url));
  return existsSync(file) ? file : undefined;
}
