import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { WebSocketServer } from 'ws';

/** A page with a script, and a `ws` server that ends a connection as its path says: `/drop`, `/close/1011`, else not. */
export interface PageSite {
  readonly url: string;
  /** Resolves at the next connection. */
  connected(): Promise<unknown>;
  /** Ends all connections without a Close frame. */
  drop(): void;
  close(): Promise<void>;
}

/** Files of a site by path; `/page.js` is the bundled script, and `/` loads it unless it is given. */
export type PageFiles = Readonly<
  Record<string, { type: string; body: string; headers?: Record<string, string> }>
>;

/** Bundles the script of a page, named from the root of the project. */
export async function bundlePage(file: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../${file}`, import.meta.url))],
    bundle: true,
    format: 'esm',
    logLevel: 'error',
    ...options,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** Serves a page on a port of 127.0.0.1. */
export async function startPageSite(script: string, files: PageFiles = {}): Promise<PageSite> {
  const all: PageFiles = {
    '/': { type: 'text/html', body: '<!doctype html><script type="module" src="/page.js"></script>' },
    '/page.js': { type: 'text/javascript', body: script },
    ...files,
  };
  const server = createServer(({ url = '' }, response) => {
    const file = all[new URL(url, 'http://localhost').pathname];
    if (file) response.writeHead(200, { 'content-type': file.type, ...file.headers }).end(file.body);
    else response.writeHead(404).end();
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (peer, { url = '' }) => {
    peer.on('error', () => {});
    const [, ending, code] = url.split('/');
    if (ending === 'drop') peer.terminate();
    if (ending === 'close') peer.close(Number(code));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const peer of sockets.clients) peer.terminate();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connected: () => once(sockets, 'connection'),
    drop,
    async close() {
      drop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
