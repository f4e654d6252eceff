import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstLine } from './first-line.ts';
import { runProgram } from './run-program.ts';
import { NotAvailable, type Outcomes, type Suite } from './suite.ts';

/**
 * Runs the case files of Autobahn's test suite. That suite itself needs Python 2, which Debian no longer has.
 */
const KOSOKU = '0.1.0';
/** Limits and compression: hours of traffic, and few closes. */
const LEFT_OUT = ['9.*', '12.*', '13.*'].flatMap((cases) => ['--exclude', cases]);
const SOURCE = `the cases of Autobahn's test suite, from PyPI (kosoku ${KOSOKU})`;

/** Fuzzes an echo server; `library` is the library that the server uses. */
export function fuzzedServer(library: string, version: string): Suite {
  return autobahnSuite(`Autobahn against a server of ${library}`, version, async (kosoku, folder, env) => {
    const server = spawn(process.execPath, [app(`${library}-server.ts`)], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await firstLine(server, server.stdout);
    const args = [`127.0.0.1:${port}`, ...LEFT_OUT, '--outdir', folder];
    await runProgram(join(kosoku, 'bin', 'kosoku'), args, { env: { PYTHONPATH: kosoku } });
    server.kill('SIGTERM');
    await once(server, 'exit');
  });
}

/** Is the fuzzing server of an echo client; `library` is the library that the client uses. */
export function fuzzedClient(library: string, version: string): Suite {
  return autobahnSuite(`Autobahn against a client of ${library}`, version, async (kosoku, folder, env) => {
    const args = ['--mode', 'fuzzingserver', '127.0.0.1:0', ...LEFT_OUT, '--outdir', folder];
    const fuzzer = spawn(join(kosoku, 'bin', 'kosoku'), args, {
      env: { ...process.env, PYTHONPATH: kosoku },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exit = once(fuzzer, 'exit');
    const [url = ''] = /ws:\S+/.exec(await firstLine(fuzzer, fuzzer.stderr)) ?? [];
    await runProgram(process.execPath, [app('echo-client.ts'), library, url], { env, timeout: 5 * 60_000 });
    await exit;
  });
}

function autobahnSuite(
  name: string,
  version: string,
  fuzz: (kosoku: string, folder: string, env: Readonly<Record<string, string>>) => Promise<void>,
): Suite {
  return {
    name,
    async prepare(folder) {
      const kosoku = join(folder, 'kosoku');
      const args = ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '--target', kosoku];
      const pip = await runProgram('python3', [...args, `kosoku==${KOSOKU}`]).catch(() => undefined);
      if (pip?.exitCode !== 0)
        throw new NotAvailable(`kosoku needs Python 3.10 with pip. ${pip?.stderr ?? ''}`);
      return {
        version,
        source: SOURCE,
        async run(env) {
          const reports = mkdtempSync(join(folder, 'reports-'));
          await fuzz(kosoku, reports, env);
          return readReports(reports);
        },
      };
    },
  };
}

/** Reads the index of the reports: how the peer behaved in each case, and how the connection was closed. */
function readReports(folder: string): Outcomes {
  const index: Record<string, Record<string, { behavior: string; behaviorClose: string }>> = JSON.parse(
    readFileSync(join(folder, 'index.json'), 'utf8'),
  );
  const [cases = {}] = Object.values(index);
  return new Map(
    Object.entries(cases).map(([id, { behavior, behaviorClose }]) => {
      const passed = behavior !== 'FAILED' && behavior !== 'ERROR' && behavior !== 'UNIMPLEMENTED';
      return [`case ${id}`, `${passed ? 'passed' : 'failed'} (${behavior}, close ${behaviorClose})`];
    }),
  );
}

function app(name: string): string {
  return fileURLToPath(new URL(`apps/${name}`, import.meta.url));
}
