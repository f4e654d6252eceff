import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Secrets, Sinks } from './canaries.ts';

/** Pages that plant secrets, the server that they talk to, and a collector on their own origin. */
export interface CanarySite {
  readonly url: string;
  readonly ws: string;
  /** What the site's collector got. */
  readonly sinks: Pick<Sinks, 'span' | 'metrics' | 'request'>;
  /** What the server of WebSockets saw. */
  readonly wire: readonly string[];
  close(): Promise<void>;
}

const entry = (name: string) => fileURLToPath(new URL(`../canaries/pages/${name}.ts`, import.meta.url));

/** Bundles the pages: chunks for pages, and one file for workers. */
export async function bundleCanaryPages(): Promise<ReadonlyMap<string, string>> {
  const shared = { bundle: true, write: false, outdir: '/', logLevel: 'error' } as const;
  const builds = await Promise.all([
    build({ ...shared, entryPoints: [entry('page')], format: 'esm', splitting: true }),
    build({ ...shared, entryPoints: [entry('worker')], format: 'iife' }),
  ]);
  return new Map(
    builds.flatMap(({ outputFiles }) => outputFiles.map((file) => [basename(file.path), file.text])),
  );
}

export async function startCanarySite(
  scripts: ReadonlyMap<string, string>,
  secrets: Secrets,
): Promise<CanarySite> {
  const sinks = { span: [] as Buffer[], metrics: [] as Buffer[], request: [] as string[] };
  const wire: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://site');
    if (pathname.startsWith('/v1/')) {
      sinks[pathname === '/v1/metrics' ? 'metrics' : 'span'].push(await buffer(request));
      sinks.request.push(JSON.stringify([request.url, request.rawHeaders]));
      response.end('{}');
      return;
    }
    const script = scripts.get(pathname.slice(1));
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.setHeader('referrer-policy', 'unsafe-url');
    response.end(script ?? '<!doctype html><script type="module" src="/page.js"></script>');
  });
  const peers = new WebSocketServer({ noServer: true, handleProtocols: () => secrets.agreed });
  peers.on('headers', (headers) => headers.push(`Set-Cookie: peer=${secrets.response}`));
  server.on('upgrade', (request, socket, head) => {
    wire.push(JSON.stringify([request.url, request.rawHeaders]));
    const [, what] = (request.url ?? '').split('/');
    socket.on('error', () => {});
    if (what === 'refuse') {
      const text = secrets.refusal;
      socket.end(
        `HTTP/1.1 401 No ${text}\r\nX-Why: ${text}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    } else peers.handleUpgrade(request, socket, head, (peer) => talk(peer, secrets, wire, what === 'server'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    ws: `ws://${host}`,
    sinks,
    wire,
    async close() {
      for (const peer of peers.clients) peer.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function talk(peer: WebSocket, secrets: Secrets, wire: string[], closes: boolean): void {
  peer.on('error', () => {});
  peer.send(secrets.text);
  peer.send(Buffer.from(secrets.binary));
  peer.ping(secrets.ping);
  peer.on('pong', (data) => wire.push(String(data)));
  peer.on('close', (_code, reason) => wire.push(String(reason)));
  let messages = 0;
  peer.on('message', (data) => {
    wire.push(String(data));
    messages++;
    if (messages === 2 && closes) peer.close(4002, secrets.reason);
  });
}
