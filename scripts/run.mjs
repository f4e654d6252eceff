/**
 * Runs the demo, the tests or the benches on a machine that has only Node and npm: installs what is missing, builds,
 * and says what it does meanwhile. It uses nothing but Node's own modules, since nothing else is there at first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PNPM = 'pnpm@12.21.0';
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Where the other engines' packages of Debian put what the tests start. */
const ENGINES = {
  'firefox-esr': '/usr/bin/firefox-esr',
  'webkit2gtk-driver': '/usr/bin/WebKitWebDriver',
  xvfb: '/usr/bin/Xvfb',
};
// The installed binaries come first, Node 24 among them, so that every machine runs the same version.
const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const TARGETS = {
  demo: ['node', 'examples/demo/main.ts'],
  test: ['vitest', 'run'],
  engines: ['vitest', 'run', '--project', 'engines'],
  'test:stack': ['vitest', 'run', '--config', 'stack/vitest.config.ts'],
  bench: ['node', 'bench/main.ts'],
};

const [target, ...args] = process.argv.slice(2);
if (!(target in TARGETS)) fail(`Expected one of ${Object.keys(TARGETS).join(', ')}, got \`${target}\``);

const steps = [
  [
    `Install packages (${PNPM})`,
    () => run('npm', ['exec', '--yes', '--', PNPM, 'install', '--frozen-lockfile']),
  ],
  ['Build the packages', () => run('tsup', ['--silent'])],
  ...(target === 'demo' ? [] : [['Find a Chromium', findChromium]]),
  ...(target === 'engines' ? [['Find Firefox and WebKit', findEngines]] : []),
  ...(target === 'test:stack'
    ? [['Find, build or unpack the programs', () => run('node', ['stack/programs/install-programs.ts'])]]
    : []),
];
steps.forEach(([title, step], index) => {
  console.error(`[${index + 1}/${steps.length + 1}] ${title}`);
  step();
});
const [command, ...rest] = TARGETS[target];
console.error(`[${steps.length + 1}/${steps.length + 1}] Run: ${[command, ...rest, ...args].join(' ')}`);
run(command, [...rest, ...args]);

/** Runs a program with our output; its failure is ours. */
function run(program, programArgs) {
  const { status, signal, error } = spawnSync(program, programArgs, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH },
    shell: process.platform === 'win32',
  });
  if (error) fail(`${program} did not start: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

/** Tests and benches in a page need a Chromium; on Debian and its kin it comes through apt. */
function findChromium() {
  const { CHROMIUM: given } = process.env;
  if (given && !existsSync(given)) fail(`CHROMIUM names \`${given}\`, and there is no such file`);
  if (given || CHROMIUM.some((file) => existsSync(file))) return;
  if (!existsSync('/usr/bin/apt-get'))
    fail('No Chromium found: install one and name it in CHROMIUM=/path/to/chromium');
  install(['chromium']);
}

/** They are 160 MB, so that `npm test` does without those that are missing, and shows their tests as skipped. */
function findEngines() {
  const missing = Object.entries(ENGINES).filter(([, file]) => !existsSync(file));
  if (missing.length === 0) return;
  if (existsSync('/usr/bin/apt-get')) install(missing.map(([name]) => name));
  else console.error('No apt here: tests of engines that are missing are skipped');
}

function install(packages) {
  const sudo = process.getuid() === 0 ? [] : ['sudo'];
  for (const aptArgs of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [program, ...programArgs] = [...sudo, 'apt-get', ...aptArgs];
    run(program, programArgs);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
