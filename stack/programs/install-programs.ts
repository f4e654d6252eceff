/**
 * Gets the programs that the tests of the stack run: builds the Collector and Jaeger with Go, and unpacks Prometheus,
 * Alertmanager and Jsonnet from Debian's packages, so that no service is set up. What cannot be had is said, and is no
 * failure.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  BUILT,
  CACHE,
  COLLECTOR_MANIFEST,
  findPrograms,
  JAEGER_MODULE,
  TEMPLATES,
  UNPACKED,
  which,
} from './find-programs.ts';

const BUILDER = 'go.opentelemetry.io/collector/cmd/builder@v0.161.0';
const JAEGER = 'github.com/jaegertracing/jaeger/cmd/all-in-one';

mkdirSync(CACHE, { recursive: true });
const found = findPrograms();
if (!found.prometheus || !found.promtool) unpack('prometheus');
if (!found.alertmanager || !found.amtool) {
  unpack('prometheus-alertmanager');
  copyTemplates();
}
if (!found.jsonnet) unpack('jsonnet');
if (!found.collector) build('the Collector', BUILT.collector, buildCollector);
if (!found.jaeger) build('Jaeger', BUILT.jaeger, buildJaeger);
for (const [name, path] of Object.entries(findPrograms())) {
  console.error(path ? `${name}: ${path}` : `${name}: not to be had here, its tests are skipped`);
}

function buildCollector(folder: string): string | undefined {
  const isBuilt =
    run('go', ['install', BUILDER], { GOBIN: folder }) &&
    run(join(folder, 'builder'), [`--config=${COLLECTOR_MANIFEST}`], {}, folder);
  return isBuilt ? join(folder, 'build', 'closespan-collector') : undefined;
}

function buildJaeger(folder: string): string | undefined {
  const binary = join(folder, 'jaeger');
  return run('go', ['build', '-trimpath', '-o', binary, JAEGER], {}, JAEGER_MODULE) ? binary : undefined;
}

/** Builds in a folder of its own, so that a build that is broken off leaves nothing behind that looks whole. */
function build(what: string, target: string, make: (folder: string) => string | undefined): void {
  if (!which('go')) {
    console.error(`${what} is not built: there is no Go`);
    return;
  }
  console.error(`Building ${what}; this takes some minutes, once`);
  const folder = mkdtempSync(join(CACHE, 'build-'));
  try {
    const binary = make(folder);
    if (binary) renameSync(binary, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Downloads a package and unpacks it; installing it would start a service. */
function unpack(name: string): void {
  if (!which('apt-get') || !which('dpkg-deb')) return;
  const folder = mkdtempSync(join(CACHE, 'download-'));
  try {
    if (process.getuid?.() === 0) run('apt-get', ['update', '-qq']);
    if (!run('apt-get', ['download', '-qq', name], {}, folder)) return;
    const [archive] = readdirSync(folder);
    if (archive) run('dpkg-deb', ['--extract', join(folder, archive), UNPACKED]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only root can put them where they are looked for. */
function copyTemplates(): void {
  const unpacked = join(UNPACKED, TEMPLATES);
  if (process.getuid?.() !== 0 || existsSync(TEMPLATES) || !existsSync(unpacked)) return;
  try {
    cpSync(unpacked, TEMPLATES, { recursive: true });
  } catch (error) {
    console.error(error);
  }
}

function run(program: string, args: readonly string[], env = {}, cwd = CACHE): boolean {
  const { status, error } = spawnSync(program, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, CGO_ENABLED: '0', ...env },
  });
  if (error) console.error(`${program} did not start: ${error.message}`);
  return status === 0;
}
