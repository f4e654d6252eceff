import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type ProgramName = 'collector' | 'jaeger' | 'prometheus' | 'promtool' | 'alertmanager' | 'amtool' | 'jsonnet';

/** Where each program is; one that this machine does not have is `undefined`. */
export type Programs = Readonly<Record<ProgramName, string | undefined>>;

/** Everything built or unpacked is kept here, outside the tree, from one run to the next. */
export const CACHE: string = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'closespan');

/** What is unpacked from Debian's packages. */
export const UNPACKED: string = join(CACHE, 'debian');

/** Debian's Alertmanager reads its templates here and nowhere else, and does not start without. */
export const TEMPLATES = '/usr/share/prometheus/alertmanager';

const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
export const COLLECTOR_MANIFEST: string = file('otel-collector/builder.yaml');
export const JAEGER_MODULE: string = file('jaeger');

/** Where the programs that are built belong; another manifest is another place. */
export const BUILT: Readonly<Record<'collector' | 'jaeger', string>> = {
  collector: join(CACHE, `collector-${hashOf(COLLECTOR_MANIFEST)}`),
  jaeger: join(CACHE, `jaeger-${hashOf(join(JAEGER_MODULE, 'go.sum'))}`),
};

/** Looks for every program, on the path and in the cache. */
export function findPrograms(): Programs {
  return {
    collector: executable(BUILT.collector),
    jaeger: executable(BUILT.jaeger),
    prometheus: which('prometheus'),
    promtool: which('promtool'),
    // Debian's name comes first: plain `alertmanager` is nothing else elsewhere.
    alertmanager: (existsSync(TEMPLATES) && which('prometheus-alertmanager')) || which('alertmanager'),
    amtool: which('amtool'),
    jsonnet: which('jsonnet'),
  };
}

/** A program on the path or among what was unpacked. */
export function which(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(UNPACKED, 'usr', 'bin')];
  return folders.map((folder) => executable(join(folder, name))).find(Boolean);
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}
