/** Writes `packages/*\/THIRD-PARTY-NOTICES.md` when started as a program: what of other authors is built into `dist`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBundledPackages } from './bundled-packages.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NOTICES = 'THIRD-PARTY-NOTICES.md';

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [folder, packages] of await findBundledPackages()) {
    writeFileSync(join(ROOT, folder, NOTICES), formatNotices(folder, packages));
    console.log(`${folder}/${NOTICES}: ${packages.length} packages`);
  }
}

/** Says what is wrong with the notices of a package folder such as `packages/core`; `undefined` when they are right. */
export function checkNotices(folder, packages = []) {
  const file = join(ROOT, folder, NOTICES);
  const found = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const expected = packages.length === 0 ? '' : formatNotices(folder, packages);
  return found === expected
    ? undefined
    : `${folder}/${NOTICES} is not what is built in. Run: node scripts/third-party-notices.mjs`;
}

function formatNotices(folder, packages) {
  const own = readFileSync(join(ROOT, folder, 'LICENSE'), 'utf8');
  const others = packages.filter(({ licenseText }) => licenseText !== own);
  return `# Third-party notices

Code of these packages is built into files of \`dist\`, bundled and in part minified. The text of the Apache License 2.0 is in the file LICENSE beside this one.

| package | version | author | license | built into |
| --- | --- | --- | --- | --- |
${packages.map(formatRow).join('\n')}
${others.map(formatLicense).join('')}`;
}

function formatRow({ name, version, author, license, files }) {
  const cells = [name, version, author, license, files.map((file) => `\`${file}\``).join(', ')];
  return `| ${cells.join(' | ')} |`;
}

function formatLicense({ name, license, licenseText }) {
  if (!licenseText) throw new Error(`${name} (${license}) ships no license text: add one by hand`);
  return `
## ${name}

\`\`\`text
${licenseText.trim()}
\`\`\`
`;
}
