import { execFile } from 'node:child_process';
import { cp, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PACKAGES = ['core', 'browser', 'node'];

/** Packs what would be published; returns the tarballs. Without names, these are the packages that apps import. */
export async function packPackages(folder: string, names: readonly string[] = PACKAGES): Promise<string[]> {
  const tarballs: string[] = [];
  for (const name of names) {
    const pnpm = ['exec', '--yes', '--', 'pnpm@12.21.0', 'pack', '--pack-destination', folder];
    const cwd = fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));
    const { stdout } = await run('npm', pnpm, { cwd });
    tarballs.push(stdout.trim().split('\n').at(-1) ?? '');
  }
  return tarballs;
}

/** Makes an app of our programs and installs packages beside it in one `npm install`; returns what npm printed. */
export async function installApp(app: string, packages: readonly string[]): Promise<string> {
  await cp(fileURLToPath(new URL('../packed/programs', import.meta.url)), app, { recursive: true });
  await writeFile(join(app, 'package.json'), '{ "name": "app", "private": true }');
  // It rejects when npm's exit code is not 0; an ERESOLVE that npm overrides by itself is a warning alone, in what is returned.
  const { stdout, stderr } = await run('npm', ['install', '--no-audit', '--no-fund', ...packages], {
    cwd: app,
  });
  return stdout + stderr;
}

/** Copies an app with our packages beside it, and links to them as a workspace does: bundlers warn there of more. */
export async function linkApp(app: string, linked: string): Promise<void> {
  await cp(join(app, 'node_modules'), join(linked, 'node_modules'), { recursive: true });
  await rename(join(linked, 'node_modules/@closespan'), join(linked, 'packages'));
  await symlink('../packages', join(linked, 'node_modules/@closespan'));
}
