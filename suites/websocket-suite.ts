import { globSync } from 'node:fs';
import { prepareSources } from './npm-sources.ts';
import { runProgram } from './run-program.ts';
import { OutcomeList, type Outcomes, type Suite } from './suite.ts';

/**
 * A server of these tests has port 8080, is killed, and the next one starts at once. An observed server first sends its
 * closes, which is documented, and would still have the port.
 */
const ENDS_AT_ONCE = { CLOSESPAN_EXIT_SIGNALS: ',' };
const LIBRARY = { name: 'websocket', debian: 'node-websocket', needs: ['buffer-equal', 'tape'] };

/** The unit tests of `websocket`, which print TAP. */
export const websocketSuite: Suite = {
  name: 'websocket',
  async prepare(folder, sources) {
    const prepared = await prepareSources(LIBRARY, folder, sources);
    const files = globSync('test/unit/*.js', { cwd: folder }).sort();
    return {
      ...prepared,
      async run(env) {
        const isComplete = (stdout: string) => /^# tests \d+$/m.test(stdout);
        const args = ['node_modules/tape/bin/tape', ...files];
        const { stdout } = await runProgram(process.execPath, args, {
          cwd: folder,
          env: { ...env, ...ENDS_AT_ONCE },
          isComplete,
        });
        return readTap(stdout);
      },
    };
  },
};

/** Reads TAP as tape prints it: the name of a test, then its assertions. */
function readTap(stdout: string): Outcomes {
  const list = new OutcomeList();
  let test = '';
  for (const line of stdout.split('\n')) {
    if (line.startsWith('# ')) test = line.slice(2);
    const [, failed, message] = /^(not )?ok \d+ (.*)$/.exec(line) ?? [];
    if (message !== undefined) list.add(`${test}: ${message}`, failed ? 'failed' : 'passed');
  }
  return list.outcomes;
}
