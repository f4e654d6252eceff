import { existsSync } from 'node:fs';
import { fail, runProgram } from './run-program.mjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Debian's packages of the other engines, and the files of which one tells that the engine is there. */
const ENGINES = {
  'firefox-esr': ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
  'webkit2gtk-driver': ['/usr/bin/WebKitWebDriver'],
  xvfb: ['/usr/bin/Xvfb'],
};
const HAS_APT = existsSync('/usr/bin/apt-get');
const IS_ROOT = process.getuid?.() === 0;

/** Looks for the Chromium that tests and benches in a page need. Where there is none, installs it or exits. */
export function findChromium(setup) {
  const { CHROMIUM: given } = process.env;
  if (given && !existsSync(given)) fail(`CHROMIUM names \`${given}\`, and there is no such file`);
  if (given || CHROMIUM.some((file) => existsSync(file))) return;
  if (!HAS_APT) fail('No Chromium found. Install one and name it: CHROMIUM=/path/to/chromium');
  if (!install(['chromium'], setup)) fail('Or name another Chromium: CHROMIUM=/path/to/chromium');
}

/** Looks for Firefox and WebKit. Where one is missing, installs it or says that its tests are skipped: they are 160 MB. */
export function findEngines(setup) {
  const missing = Object.keys(ENGINES).filter((name) => !ENGINES[name].some((file) => existsSync(file)));
  if (missing.length === 0) return;
  if (!HAS_APT || !install(missing, setup)) {
    console.error(`Missing: ${missing.join(', ')}. Tests of these engines are skipped.`);
  }
}

/** Installs packages of Debian as root, or where the user asks for it. Else prints how to, and returns false. */
function install(packages, setup) {
  const sudo = IS_ROOT ? [] : ['sudo'];
  const commands = [
    [...sudo, 'apt-get', 'update'],
    [...sudo, 'apt-get', 'install', '-y', '--no-install-recommends', ...packages],
  ];
  if (!IS_ROOT && !setup) {
    console.error(`Not installed: ${packages.join(', ')}. This installs it, and so does the option --setup:`);
    console.error(`\n  ${commands.map((command) => command.join(' ')).join(' && ')}\n`);
    return false;
  }
  for (const [program, ...args] of commands) runProgram(program, args);
  return true;
}
