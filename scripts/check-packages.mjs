/**
 * Checks what the packages publish: with publint, with attw, that their types stand on their own, that they name the
 * repository as the root does, and that their notices list what is built in.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findBundledPackages } from './bundled-packages.mjs';
import { checkLinks, checkMetadata } from './package-metadata.mjs';
import { checkNotices } from './third-party-notices.mjs';

const PACKAGES = ['core', 'browser', 'node', 'closespan'];
/** Packages without CommonJS: a program, and what only other ES modules import. */
const ES_MODULES = ['closespan'];
/** Types of what we observe, and of the SDK, are no part of our interface. An import without names counts as well. */
const FOREIGN_TYPES =
  /(?:from|import|import\(|types=)\s*['"](ws|undici|@opentelemetry\/(?!api['"])[^'"]*)['"]/;

const bundled = await findBundledPackages();
let failed = 0;
for (const name of PACKAGES) {
  const folder = fileURLToPath(new URL(`../packages/${name}`, import.meta.url));
  const problems = [
    run(folder, 'publint', ['--strict', '--pack', 'npm']),
    run(folder, 'attw', ['--pack', '.', '--profile', ES_MODULES.includes(name) ? 'esm-only' : 'node16']),
    foreignTypes(folder),
    checkMetadata(`packages/${name}`),
    checkNotices(`packages/${name}`, bundled.get(`packages/${name}`)),
  ].filter((problem) => problem !== undefined);
  console.log(`packages/${name}: ${problems.length === 0 ? 'ok' : 'FAILED'}`);
  for (const problem of problems) console.log(problem);
  failed += problems.length;
}
const links = checkLinks();
console.log(`links to the repository: ${links === undefined ? 'ok' : 'FAILED'}`);
if (links !== undefined) {
  console.log(links);
  failed++;
}
process.exitCode = failed === 0 ? 0 : 1;

function run(cwd, program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  return status === 0 ? undefined : [program, error?.message, stdout, stderr].filter(Boolean).join('\n');
}

function foreignTypes(folder) {
  for (const file of readdirSync(`${folder}/dist`).filter((name) => /\.d\.c?ts$/.test(name))) {
    const [, found] = readFileSync(`${folder}/dist/${file}`, 'utf8').match(FOREIGN_TYPES) ?? [];
    if (found) return `dist/${file} names types from '${found}'`;
  }
  return undefined;
}
