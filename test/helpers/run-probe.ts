import { fileURLToPath } from 'node:url';
import { type ProgramEnd, runNode } from './run-node.ts';

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../packages/closespan/dist/bin.js', import.meta.url));

/** Result of `closespan probe --json`. The type has the members that tests read. */
export interface ProbeJson {
  readonly url: string;
  readonly conclusion: {
    readonly kind: string;
    readonly limit?: number;
    readonly heartbeat?: number;
    readonly says: readonly string[];
    readonly todo: readonly string[];
  };
  readonly silent: ProbedJson;
  readonly pinged?: ProbedJson;
}

interface ProbedJson {
  readonly end: string;
  readonly lifetime?: number;
  readonly messages?: number;
  readonly pingsSent?: number;
  readonly pingsAnswered?: number;
  readonly close?: {
    readonly code: number;
    readonly cause: string;
    readonly sentence: string;
    readonly next: string;
    readonly error: string;
    readonly evidence: readonly string[];
  };
}

/** Runs `closespan probe` to its end. */
export function runProbe(
  args: readonly string[],
  { env = {}, node = process.execPath }: { env?: Readonly<Record<string, string>>; node?: string } = {},
): Promise<ProgramEnd> {
  return runNode(node, [PROGRAM, 'probe', ...args], env);
}

/** Runs `closespan probe --json`, and reads its result. */
export async function probeJson(
  args: readonly string[],
  more?: Parameters<typeof runProbe>[1],
): Promise<ProbeJson & { readonly exitCode: number }> {
  const { exitCode, stdout } = await runProbe([...args, '--json'], more);
  return { ...JSON.parse(stdout), exitCode };
}
