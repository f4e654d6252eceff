/**
 * Makes what a release consists of, on a machine that has only Node and npm: the packages, their SBOMs, and the notes.
 *
 * Usage: node scripts/pack-release.mjs FOLDER
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installPackages, pnpm } from './install-packages.mjs';
import { fail, ROOT, runProgram } from './run-program.mjs';

const PACKAGES = ['core', 'browser', 'node'];

const [given] = process.argv.slice(2);
if (!given) fail('Expected a folder to write to: node scripts/pack-release.mjs FOLDER');
const target = resolve(given);

installPackages();
runProgram('tsup', ['--silent']);
runProgram('node', ['scripts/check-packages.mjs']);
mkdirSync(target, { recursive: true });
for (const name of PACKAGES) pnpm(['--dir', `packages/${name}`, 'pack', '--pack-destination', target]);
runProgram('node', ['scripts/write-sboms.mjs', target]);
writeFileSync(join(target, 'NOTES.md'), formatNotes());

/** What the changelogs say of this version; packages of which they say one thing stand together. */
function formatNotes() {
  const sections = new Map();
  for (const name of PACKAGES) {
    const changes = readChanges(name);
    sections.set(changes, [...(sections.get(changes) ?? []), name]);
  }
  return [...sections]
    .map(([changes, names]) => `## ${names.map((name) => `@closespan/${name}`).join(', ')}\n\n${changes}\n`)
    .join('\n');
}

function readChanges(name) {
  const read = (file) => readFileSync(join(ROOT, 'packages', name, file), 'utf8');
  const { version } = JSON.parse(read('package.json'));
  const section = read('CHANGELOG.md')
    .split(/^## /m)
    .find((text) => text.startsWith(`${version}\n`));
  if (section === undefined) fail(`packages/${name}/CHANGELOG.md has no section ${version}`);
  return section.slice(version.length).trim();
}
