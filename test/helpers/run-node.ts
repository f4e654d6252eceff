import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The Node versions that the project supports; binaries come as packages, for Linux on x64. */
export const NODE_VERSIONS = [20, 22, 24, 26] as const;

/** What a program left behind. */
export interface ProgramEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The binary of a Node version; `undefined` where this machine has none. */
export function nodeBinary(version: (typeof NODE_VERSIONS)[number]): string | undefined {
  const name = version === 24 ? 'node' : `node${version}`;
  const file = fileURLToPath(new URL(`../../node_modules/${name}/bin/node`, import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** Runs a program to its end. */
export function runNode(
  binary: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = execFile(
      binary,
      args,
      { env: { ...process.env, NODE_OPTIONS: '', ...env } },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
