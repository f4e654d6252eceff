import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProgramEnd, startNode } from './run-node.ts';

/** Directory for a spool that does not exist yet. */
export interface SpoolFolder {
  readonly path: string;
  /** Names of the files in the spool, sorted. Empty if the directory does not exist. */
  files(): string[];
  /** Path of the only file in the spool. */
  onlyFile(): string;
  /** All texts in the spool. */
  text(): string;
  remove(): Promise<void>;
}

const REGISTER = ['--import', '@closespan/node/register'];
const PROGRAM = fileURLToPath(new URL('../node/fixtures/end-with-spool.mjs', import.meta.url));
/** Address at which nobody listens: the port is reserved. */
export const NOBODY = 'http://127.0.0.1:9';

/** Makes a path for a spool in a directory of its own. */
export function spoolFolder(): SpoolFolder {
  const parent = mkdtempSync(join(tmpdir(), 'closespan-spool-'));
  const path = join(parent, 'spool');
  const files = () => {
    try {
      return readdirSync(path).sort();
    } catch {
      return [];
    }
  };
  return {
    path,
    files,
    onlyFile() {
      const [name, ...others] = files();
      if (!name || others.length > 0) throw new Error(`Expected one file, got ${files()}`);
      return join(path, name);
    },
    text: () =>
      files()
        .map((name) => readFileSync(join(path, name), 'utf8'))
        .join('\n'),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

/** Starts a program with a spool, if need be by a launcher. `args` are those of `end-with-spool.mjs`. */
export function startWithSpool(
  binary: string,
  spool: string,
  collector: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  [launcher, ...before]: readonly string[] = [],
): ReturnType<typeof startNode> {
  const all = [...before, ...(launcher ? [binary] : []), ...REGISTER, PROGRAM, ...args];
  return startNode(launcher ?? binary, all, {
    CLOSESPAN_SPOOL: spool,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    // A slow machine is no failure.
    CLOSESPAN_EXIT_TIMEOUT: '60000',
    ...env,
  });
}

/** Runs a program that does nothing, as the next process of a spool, if need be by a launcher. */
export function runNext(
  binary: string,
  spool: string,
  collector: string,
  env: Readonly<Record<string, string>> = {},
  [launcher, ...before]: readonly string[] = [],
): Promise<ProgramEnd> {
  const all = [...before, ...(launcher ? [binary] : []), ...REGISTER, '--eval', '0'];
  return startNode(launcher ?? binary, all, {
    CLOSESPAN_SPOOL: spool,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector,
    // A slow machine is no failure.
    CLOSESPAN_EXIT_TIMEOUT: '60000',
    ...env,
  }).end;
}
