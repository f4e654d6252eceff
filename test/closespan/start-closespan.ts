import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Exit and output of the program. */
export interface ClosespanEnd {
  /** -1 if a signal ended the program. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Running program `closespan`. */
export interface Closespan {
  readonly child: ChildProcess;
  /** Base address of the receiver, from the first line. Waits for the line. */
  url(): Promise<string>;
  /** Resolves with the lines so far as soon as one of them fits. */
  line(text: string | RegExp): Promise<string[]>;
  readonly end: Promise<ClosespanEnd>;
  /** Sends SIGINT, and waits for the end. */
  stop(): Promise<ClosespanEnd>;
}

/** Options of `startClosespan`. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Stream on which the first line is expected. @defaultValue `stdout` */
  readonly notes?: 'stdout' | 'stderr';
  /** Node that runs the program. @defaultValue the Node of the tests */
  readonly node?: string;
}

/** The built program. */
export const BIN = fileURLToPath(new URL('../../packages/closespan/dist/bin.js', import.meta.url));
/** Variables of the machine that would change colours and addresses. */
const UNSET = { NO_COLOR: '', FORCE_COLOR: '', OTEL_EXPORTER_OTLP_ENDPOINT: '', NODE_OPTIONS: '' };

/** Starts the built program. */
export function startClosespan(args: readonly string[], options: StartOptions = {}): Closespan {
  const { env = {}, input = '', notes = 'stdout', node = process.execPath } = options;
  const child = spawn(node, [BIN, ...args], { env: { ...process.env, ...UNSET, ...env } });
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
      for (const listener of listeners) listener();
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const end = once(child, 'close').then(() => {
    for (const listener of listeners) listener();
    return { exitCode: child.exitCode ?? -1, ...output };
  });

  function line(text: string | RegExp): Promise<string[]> {
    const fits = (one: string) => (typeof text === 'string' ? one.includes(text) : text.test(one));
    return new Promise((resolve, reject) => {
      const check = () => {
        const lines = `${output.stdout}${output.stderr}`.split('\n').slice(0, -1);
        if (lines.some(fits)) resolve(lines);
        else if (child.exitCode !== null) reject(new Error(`No line ${text} in\n${lines.join('\n')}`));
        else return;
        listeners.delete(check);
      };
      listeners.add(check);
      check();
    });
  }

  return {
    child,
    end,
    line,
    async url() {
      await line('closespan waits');
      return /http:\S+/.exec(output[notes])?.[0] ?? '';
    },
    stop() {
      child.kill('SIGINT');
      return end;
    },
  };
}

/** Runs the program to its end. */
export function runClosespan(args: readonly string[], options?: StartOptions): Promise<ClosespanEnd> {
  return startClosespan(args, options).end;
}
