import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unpackDebianSource } from './debian-source.ts';
import { runProgram } from './run-program.ts';

interface Manifest {
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Puts a library's sources into a folder, and installs what its tests need. A library's npm package holds no tests, so
 * the sources come from a checkout or from Debian's source package.
 * @param needs those of the library's `devDependencies` that its tests load; none of their scripts run
 */
export async function prepareSources(
  library: { readonly name: string; readonly debian: string; readonly needs: readonly string[] },
  folder: string,
  sources: string | undefined,
): Promise<{ readonly version: string; readonly source: string }> {
  const { name, debian, needs } = library;
  const checkout = sources && join(sources, name);
  let source = 'a checkout of its tag';
  if (checkout && existsSync(checkout)) {
    const isOwn = (path: string) => !['node_modules', '.git'].includes(basename(path));
    cpSync(checkout, folder, { recursive: true, filter: isOwn });
  } else {
    source = `Debian's source package, ${await unpackDebianSource(debian, folder)}`;
  }
  const file = join(folder, 'package.json');
  const { devDependencies = {}, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const kept = Object.fromEntries(needs.map((need) => [need, devDependencies[need] ?? '*']));
  writeFileSync(file, JSON.stringify({ ...manifest, scripts: {}, devDependencies: kept }, null, 2));
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { exitCode, stderr } = await runProgram('npm', install, { cwd: folder });
  if (exitCode !== 0) throw new Error(`npm install failed for ${name}: ${stderr}`);
  return { version: manifest.version, source };
}
