import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type AcceptedSockets, acceptSockets } from './accept-sockets.ts';

/** The pages of the engine tests, on a port of 127.0.0.1, and the sockets that they make. */
export interface EngineSite {
  readonly url: string;
  readonly ws: string;
  /** Where nobody listens. */
  readonly nobody: string;
  readonly sockets: AcceptedSockets;
  close(): Promise<void>;
}

/** Bundles the pages and serves them; a query `csp` is sent as the page's policy. */
export async function startEngineSite(): Promise<EngineSite> {
  const scripts = await bundle();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://site');
    const script = scripts.get(pathname.slice(1));
    const csp = searchParams.get('csp');
    if (csp) response.setHeader('content-security-policy', csp);
    response.setHeader('content-type', script !== undefined ? 'text/javascript' : 'text/html');
    response.end(script ?? '<!doctype html><script type="module" src="/page.js"></script>');
  }).listen(0, '127.0.0.1');
  const sockets = acceptSockets(server);
  await once(server, 'listening');
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port: closedPort } = nobody.address() as AddressInfo;
  nobody.close();
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    ws: `ws://${host}`,
    nobody: `ws://127.0.0.1:${closedPort}`,
    sockets,
    async close() {
      sockets.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Pages load chunks as from a bundler; workers are one file, which every engine starts. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const entry = (name: string) => fileURLToPath(new URL(`../engines/pages/${name}.ts`, import.meta.url));
  const shared = { bundle: true, write: false, outdir: '/', logLevel: 'error' } as const;
  const builds = await Promise.all([
    build({ ...shared, entryPoints: [entry('page')], format: 'esm', splitting: true }),
    build({ ...shared, entryPoints: [entry('worker')], format: 'iife' }),
  ]);
  return new Map(
    builds.flatMap(({ outputFiles }) => outputFiles.map((file) => [basename(file.path), file.text])),
  );
}
