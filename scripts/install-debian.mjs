import { existsSync } from 'node:fs';
import { runProgram } from './run-program.mjs';

/** Whether packages of Debian can be installed here. */
export const HAS_APT = existsSync('/usr/bin/apt-get');

const IS_ROOT = process.getuid?.() === 0;

/** Installs packages of Debian as root, or if the user asks for it. Else prints how to, and returns false. */
export function installDebian(packages, setup) {
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
