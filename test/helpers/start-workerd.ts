import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';

/** A worker in a real workerd, on a port of 127.0.0.1. */
export interface Workerd {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Bundles a worker as wrangler does, and runs it; `bindings` are in its `env`. So is a namespace for each class of
 * Durable Objects, by the name of the class.
 */
export async function startWorkerd(
  binary: string,
  program: string,
  bindings: Readonly<Record<string, string>>,
  durableClasses: readonly string[] = [],
): Promise<Workerd> {
  const folder = await mkdtemp(join(tmpdir(), 'closespan-workerd-'));
  await build({
    entryPoints: [program],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    // The paths of our tsconfig lead to the sources.
    tsconfigRaw: '{}',
  });
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  const namespaces = durableClasses.map((name) => `(className = "${name}", uniqueKey = "${name}")`);
  const objects = durableClasses.map((name) => `(name = "${name}", durableObjectNamespace = "${name}")`);
  const config = join(folder, 'config.capnp');
  await writeFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [${namespaces.join(', ')}],
  durableObjectStorage = (inMemory = void),
  bindings = [${[...texts, ...objects].join(', ')}],
);
`,
  );
  const child = spawn(binary, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return {
    url: `http://127.0.0.1:${await portOf(child)}`,
    async stop() {
      child.kill();
      await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

/** workerd tells its ports in lines of JSON on the control descriptor. */
async function portOf(child: ChildProcess): Promise<number> {
  const [line] = await once(child.stdio[3] as Readable, 'data');
  return JSON.parse(String(line)).port;
}
