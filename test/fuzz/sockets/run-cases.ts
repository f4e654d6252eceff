import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SocketCase } from './cases.ts';

/** Members of a record that are compared with what the app saw. */
interface SeenRecord {
  readonly kind: 'client' | 'server';
  readonly code: number;
  readonly reportedCode?: number;
  readonly wasClean: boolean;
  readonly reason: string;
  readonly synthetic: boolean;
  readonly initiator: string;
  readonly cause: string;
  readonly handshakeSucceeded: boolean;
  readonly httpStatusCode?: number;
}

/** What became of a case. */
export interface CaseResult {
  /** Lines of what the app saw, and of the steps between which the app saw that. */
  readonly log: readonly string[];
  readonly records: readonly SeenRecord[];
  /** Paths of connections of earlier cases that have a second record since. */
  readonly doubles: readonly string[];
}

/** A process that runs cases, one after the other. */
export interface CaseRunner {
  /** Rejects if the case never ends, or if the process dies of the case. */
  run(one: SocketCase): Promise<CaseResult>;
  stop(): void;
}

const PROGRAM = fileURLToPath(new URL('fixtures/run-cases.mjs', import.meta.url));

/** `ws` uses native code where it finds some, which is not made for each Node. */
const ENVIRONMENT = { ...process.env, NODE_OPTIONS: '', WS_NO_BUFFER_UTIL: '1', WS_NO_UTF_8_VALIDATE: '1' };

/** Starts a process that runs cases, with closespan or bare. A process that died is replaced at the next case. */
export function startCaseRunner(binary: string, mode: 'bare' | 'instrumented'): CaseRunner {
  let child: ChildProcess | undefined;
  let lines: AsyncIterator<string> | undefined;
  let errors = '';

  function start(): ChildProcess {
    const started = spawn(binary, ['--no-warnings', PROGRAM, mode], { env: ENVIRONMENT });
    started.on('exit', () => {
      child = undefined;
    });
    errors = '';
    started.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-4000);
    });
    started.stdin.on('error', () => {});
    lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
    return started;
  }

  return {
    async run(one) {
      child ??= start();
      child.stdin?.write(`${JSON.stringify(one)}\n`);
      const next = await lines?.next();
      if (!next || next.done) throw new Error(`The ${mode} process ended: ${errors}`);
      const result: CaseResult & { failed?: string } = JSON.parse(next.value);
      if (result.failed) throw new Error(`${mode}: ${result.failed}`);
      return result;
    },
    stop: () => void child?.kill('SIGKILL'),
  };
}
