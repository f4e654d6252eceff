/**
 * Runs the demo, the tests or the benches on a machine that has only Node and npm: installs what is missing, builds,
 * and prints each step. It imports nothing but Node's own modules and the files beside it, since nothing else is there
 * at first.
 */
import { findChromium, findEngines } from './find-browsers.mjs';
import { findProxies } from './find-proxies.mjs';
import { installDemoPackages, installPackages, isFullyInstalled } from './install-packages.mjs';
import { fail, runProgram } from './run-program.mjs';

const SETUP = '--setup';
/** The demo in one file of JavaScript, since Node 20 does not run TypeScript. */
const DEMO = 'examples/demo/main.js';
const DEMO_IMPORTS = [
  '@closespan/browser',
  '@closespan/node',
  '@opentelemetry/api',
  'closespan',
  'esbuild',
  'ws',
];

const [target, ...allArgs] = process.argv.slice(2);
const args = allArgs.filter((arg) => arg !== SETUP);
const setup = allArgs.includes(SETUP);

const chromium = ['Find a Chromium', () => findChromium(setup)];
const engines = ['Find Firefox and WebKit', () => findEngines(setup)];
const proxies = ['Find nginx and HAProxy', () => findProxies(setup)];
const everything = [
  ['Install packages', installPackages],
  ['Build the packages', () => runProgram('tsup', ['--silent'])],
];
const programs = [
  'Find, build or unpack the programs',
  () => runProgram('node', ['stack/programs/install-programs.ts']),
];
const whatTheDemoNeeds = [
  ['Install what the demo needs', installDemoPackages],
  ['Build the packages, without types', () => runProgram('tsup', ['--silent', '--no-dts'])],
];

/** For each target what comes before it, and its command. */
const TARGETS = {
  demo: [
    [...(isFullyInstalled() ? everything : whatTheDemoNeeds), ['Build the demo', buildDemo]],
    ['node', DEMO],
  ],
  test: [
    [chromium, proxies, ...everything],
    ['vitest', 'run'],
  ],
  engines: [
    [chromium, engines, ...everything],
    ['vitest', 'run', '--project', 'engines'],
  ],
  // Its tests write docs/faults.md.
  faults: [
    [
      ...everything,
      ['Let the tests write docs/faults.md', () => Object.assign(process.env, { FAULTS_PAGE: 'write' })],
    ],
    ['vitest', 'run', '--project', 'faults'],
  ],
  soak: [everything, ['node', 'test/soak/main.ts']],
  'test:stack': [
    [chromium, ...everything, programs],
    ['vitest', 'run', '--config', 'stack/vitest.config.ts'],
  ],
  fuzz: [everything, ['node', 'scripts/fuzz.mjs']],
  suites: [everything, ['node', 'suites/main.ts']],
  coverage: [everything, ['node', 'scripts/coverage.mjs']],
  bench: [
    [chromium, ...everything],
    ['node', 'bench/main.ts'],
  ],
};

if (!(target in TARGETS)) fail(`Expected one of ${Object.keys(TARGETS).join(', ')}, got \`${target}\``);
const [steps, [program, ...programArgs]] = TARGETS[target];
const command = [...programArgs, ...args];
const all = [...steps, [`Run: ${[program, ...command].join(' ')}`, () => runProgram(program, command)]];
all.forEach(([title, step], index) => {
  console.error(`[${index + 1}/${all.length}] ${title}`);
  step();
});

function buildDemo() {
  const external = DEMO_IMPORTS.map((name) => `--external:${name}`);
  const options = ['--bundle', '--platform=node', '--format=esm', '--log-level=warning', ...external];
  runProgram('esbuild', ['examples/demo/main.ts', ...options, `--outfile=${DEMO}`]);
}
