/**
 * Writes an SBOM of each package, in CycloneDX 1.6: what is built into the package, and what npm installs with it.
 *
 * Usage: node scripts/write-sboms.mjs FOLDER
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBundledPackages } from './bundled-packages.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [target] = process.argv.slice(2);
if (!target) throw new Error('Expected a folder to write to: node scripts/write-sboms.mjs FOLDER');

mkdirSync(target, { recursive: true });
const bundled = await findBundledPackages();
for (const name of ['core', 'browser', 'node']) {
  const folder = `packages/${name}`;
  const file = join(target, `closespan-${name}.cdx.json`);
  writeFileSync(
    file,
    `${JSON.stringify(describe(readPackage(folder), bundled.get(folder) ?? []), null, 2)}\n`,
  );
  console.log(file);
}

function describe(manifest, builtIn) {
  const subject = describeComponent(manifest);
  const contained = builtIn.map((other) => ({
    ...describeComponent(other),
    properties: other.files.map((file) => ({ name: 'closespan:builtInto', value: `dist/${file}` })),
  }));
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    .map((name) => describeComponent(readPackage(join(manifest.repository.directory, 'node_modules', name))))
    // One that is built into a file, and installed for the others, is one component.
    .filter((component) => contained.every((other) => other.purl !== component.purl));
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: subject },
    components: [...contained, ...installed],
    dependencies: [
      { ref: subject['bom-ref'], dependsOn: [...contained, ...installed].map((other) => other['bom-ref']) },
    ],
  };
}

function describeComponent({ name, version, license }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { type: 'library', 'bom-ref': purl, name, version, licenses: [{ license: { id: license } }], purl };
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}
