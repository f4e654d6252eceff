import { type ChildProcess, execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The Node versions that the project supports; binaries come as packages, for Linux on x64. */
export const NODE_VERSIONS = [20, 22, 24, 26] as const;

/** Exit and output of a program. */
export interface ProgramEnd {
  /** -1 where a signal ended it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The binary of a Node version; `undefined` where this machine has none. */
export function nodeBinary(version: (typeof NODE_VERSIONS)[number]): string | undefined {
  const path = version === 24 ? '../../node_modules/node' : `../runtimes/node_modules/node${version}`;
  const file = fileURLToPath(new URL(`${path}/bin/node`, import.meta.url));
  return existsSync(file) ? file : undefined;
}

/** Runs a program to its end. */
export function runNode(
  binary: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  return startNode(binary, args, env).end;
}

/** Starts a program; `end` resolves when it has ended. */
export function startNode(
  binary: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly end: Promise<ProgramEnd> } {
  let ended: (end: ProgramEnd) => void;
  const end = new Promise<ProgramEnd>((resolve) => {
    ended = resolve;
  });
  const child = execFile(
    binary,
    args,
    { env: { ...process.env, NODE_OPTIONS: '', ...env } },
    (_error, stdout, stderr) => {
      ended({ exitCode: child.exitCode ?? -1, signal: child.signalCode, stdout, stderr });
    },
  );
  return { child, end };
}

/** Resolves when a program has printed a text. */
export function printed(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (output.includes(text)) resolve();
    });
  });
}
