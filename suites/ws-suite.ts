import { prepareSources } from './npm-sources.ts';
import { runProgram } from './run-program.ts';
import { OutcomeList, type Outcomes, type Suite } from './suite.ts';

const LIBRARY = { name: 'ws', debian: 'node-ws', needs: ['mocha'] };
const MOCHA = ['--throw-deprecation', 'node_modules/mocha/bin/_mocha', '--reporter', 'json-stream'];

/** The unit tests of `ws`, which run under Mocha. */
export const wsSuite: Suite = {
  name: 'ws',
  async prepare(folder, sources) {
    const prepared = await prepareSources(LIBRARY, folder, sources);
    return {
      ...prepared,
      async run(env) {
        // A test that fails can leave a server behind, which keeps Mocha from ending.
        const isComplete = (stdout: string) => stdout.includes('\n["end",');
        const args = [...MOCHA, 'test/*.test.js'];
        const { stdout } = await runProgram(process.execPath, args, { cwd: folder, env, isComplete });
        return readMocha(stdout);
      },
    };
  },
};

/** Reads the lines of Mocha's reporter `json-stream`. */
function readMocha(stdout: string): Outcomes {
  const list = new OutcomeList();
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('["pass"') && !line.startsWith('["fail"')) continue;
    const [event, { fullTitle }] = JSON.parse(line);
    list.add(fullTitle, event === 'pass' ? 'passed' : 'failed');
  }
  return list.outcomes;
}
