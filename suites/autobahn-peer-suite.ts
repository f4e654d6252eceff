import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { firstLine } from './first-line.ts';
import { runProgram } from './run-program.ts';
import { NotAvailable, OutcomeList, type Outcomes, type Suite } from './suite.ts';

/** Debian's packages for Python serve Debian's own Python. */
const PYTHON = '/usr/bin/python3';
const LIBRARIES = ['ws', 'undici', 'websocket', 'global'];
/** Paths of `apps/autobahn-peer.py`: each names how the connection ends. */
const ENDINGS = [
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 4999].map((code) => `close/${code}`),
  'close/4000/with-a-reason',
  'close-without-code',
  ...['drop', 'end-of-stream', 'fragments', 'ping', 'echo'],
  ...['invalid-text', 'invalid-close-reason', 'invalid-close-code', 'one-byte-close'],
  ...['reserved-opcode', 'reserved-bits', 'masked-frame', 'long-ping'],
  ...['deny/401', 'deny/403', 'deny/503'],
];

/** Clients of four libraries against a server of Debian's `python3-autobahn`: the events of each ending are compared. */
export const autobahnPeerSuite: Suite = {
  name: 'Clients against a server of python3-autobahn',
  async prepare() {
    const ask = ['-c', 'import autobahn; print(autobahn.__version__)'];
    const python = await runProgram(PYTHON, ask).catch(() => undefined);
    if (python?.exitCode !== 0) throw new NotAvailable("Debian's package python3-autobahn is not installed");
    return {
      version: python.stdout.trim(),
      source: "endings of this repository, by Debian's python3-autobahn as the peer",
      run: visitAll,
    };
  },
};

async function visitAll(env: Readonly<Record<string, string>>): Promise<Outcomes> {
  const peer = spawn(PYTHON, [app('autobahn-peer.py')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await firstLine(peer, peer.stdout);
  const list = new OutcomeList();
  for (const library of LIBRARIES) {
    const args = [app('ending-client.ts'), library, `ws://127.0.0.1:${port}`, ...ENDINGS];
    const { stdout } = await runProgram(process.execPath, args, { env, timeout: 5 * 60_000 });
    for (const line of stdout.split('\n').filter(Boolean)) {
      const [path, events] = JSON.parse(line) as [string, string[]];
      const closes = events.filter((event) => event.startsWith('close'));
      list.add(`${library}: ${path}`, `${closes.length === 1 ? 'passed' : 'failed'} (${events.join(', ')})`);
    }
  }
  peer.kill('SIGTERM');
  await once(peer, 'exit');
  return list.outcomes;
}

function app(name: string): string {
  return fileURLToPath(new URL(`apps/${name}`, import.meta.url));
}
