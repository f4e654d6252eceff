import { existsSync } from 'node:fs';
import { HAS_APT, installDebian } from './install-debian.mjs';
import { fail } from './run-program.mjs';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Debian's packages of the other engines, and the files of which one tells that the engine is there. */
const ENGINES = {
  'firefox-esr': ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
  'webkit2gtk-driver': ['/usr/bin/WebKitWebDriver'],
  xvfb: ['/usr/bin/Xvfb'],
};

/** Looks for the Chromium that tests and benches in a page need. Where there is none, installs it or exits. */
export function findChromium(setup) {
  const { CHROMIUM: given } = process.env;
  if (given && !existsSync(given)) fail(`CHROMIUM names \`${given}\`, and there is no such file`);
  if (given || CHROMIUM.some((file) => existsSync(file))) return;
  if (!HAS_APT) fail('No Chromium found. Install one and name it: CHROMIUM=/path/to/chromium');
  if (!installDebian(['chromium'], setup)) fail('Or name another Chromium: CHROMIUM=/path/to/chromium');
}

/** Looks for Firefox and WebKit. Where one is missing, installs it or says that its tests are skipped: they are 160 MB. */
export function findEngines(setup) {
  const missing = Object.keys(ENGINES).filter((name) => !ENGINES[name].some((file) => existsSync(file)));
  if (missing.length === 0) return;
  if (!HAS_APT || !installDebian(missing, setup)) {
    console.error(`Missing: ${missing.join(', ')}. Tests of these engines are skipped.`);
  }
}
