import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packPackages } from './install-packed-app.ts';
import { sampleOf } from './read-samples.ts';

/** Folders into which nothing is installed but what an install line of a page names. */
export interface SampleApps {
  /** Folder for an install line; installed at the first call. */
  folderOf(line: string): Promise<string>;
  /** Writes samples into a folder below that of a line, with texts replaced, such as addresses; returns their paths. */
  write(line: string, ids: readonly string[], replace?: Readonly<Record<string, string>>): Promise<string[]>;
  remove(): Promise<void>;
}

const run = promisify(execFile);

/** Versions that npm gives for packages of an install line on Node 24; pinned, so that a test says tomorrow what it says today. */
const VERSIONS: Readonly<Record<string, string>> = {
  ws: '8.23.0',
  '@opentelemetry/api': '1.10.0',
  '@opentelemetry/core': '3.1.1',
  '@opentelemetry/exporter-trace-otlp-http': '0.301.0',
  '@opentelemetry/instrumentation': '0.301.1',
  '@opentelemetry/sdk-node': '0.301.0',
  '@opentelemetry/sdk-trace': '3.1.1',
  '@opentelemetry/api@1.9': '1.9.1',
  '@opentelemetry/exporter-trace-otlp-http@0.223': '0.223.0',
  '@opentelemetry/sdk-node@0.223': '0.223.0',
  '@opentelemetry/sdk-trace-base@2': '2.12.0',
  '@opentelemetry/sdk-trace-web@2': '2.12.0',
};

/** Packs our packages, which stand for the published ones. */
export async function createSampleApps(): Promise<SampleApps> {
  const root = await mkdtemp(join(tmpdir(), 'closespan-samples-'));
  const tarballs = await packPackages(root);
  const folders = new Map<string, Promise<string>>();

  /** A tarball for each package of ours, and core, which a registry would bring along. */
  function packagesOf(line: string): string[] {
    const names = line.split(/\s+/);
    const ours = tarballs.filter((file) =>
      ['core', ...names.map((name) => name.replace('@closespan/', ''))].some((name) =>
        file.includes(`closespan-${name}-`),
      ),
    );
    const others = names.filter((name) => !name.startsWith('@closespan/'));
    return [...ours, ...others.map(pinned)];
  }

  async function install(line: string, folder: string): Promise<string> {
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), '{ "name": "app", "private": true }');
    const { stdout, stderr } = await run('npm', ['install', '--no-audit', '--no-fund', ...packagesOf(line)], {
      cwd: folder,
    });
    if (/ERESOLVE/.test(stdout + stderr)) throw new Error(`Conflict of versions in \`npm install ${line}\``);
    return folder;
  }

  function folderOf(line: string): Promise<string> {
    const known = folders.get(line);
    if (known) return known;
    const folder = install(line, join(root, `app-${folders.size}`));
    folders.set(line, folder);
    return folder;
  }

  return {
    folderOf,
    async write(line, ids, replace = {}) {
      const folder = await mkdtemp(join(await folderOf(line), 'sample-'));
      return Promise.all(
        ids.map(sampleOf).map(async ({ file, text }) => {
          const path = join(folder, file);
          const written = Object.entries(replace).reduce((all, [from, to]) => all.replaceAll(from, to), text);
          await writeFile(path, written);
          return path;
        }),
      );
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

function pinned(name: string): string {
  const version = VERSIONS[name];
  if (!version) throw new Error(`Expected a pinned version of \`${name}\`, which a page installs`);
  return `${name.replace(/(?<=.)@.*/, '')}@${version}`;
}
