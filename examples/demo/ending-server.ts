import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ENDINGS } from './endings.ts';
import { startCuttingProxy } from './start-cutting-proxy.ts';

/** A real `ws` server that ends each connection as its path says. */
export interface EndingServer {
  /** The address for an ending; some go where no server is. */
  urlOf(path: string): string;
  /** Resolves when the server's end of every connection is closed. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds that a connection lives before the server ends it. */
const LIFETIME = 40;

/** Starts the server on a free port of 127.0.0.1. */
export async function startEndingServer(): Promise<EndingServer> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  server.on('upgrade', (request, socket, head) => {
    // Not as a URL: `//` is a path that no URL has.
    const [pathname] = (request.url ?? '').split('?', 1);
    socket.on('error', () => {});
    const ending = ENDINGS.find(({ path }) => path === pathname);
    if (ending?.refuse) {
      socket.end(`HTTP/1.1 ${ending.refuse} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (peer: WebSocket) => {
      peer.on('error', () => {});
      if (ending?.peer) setTimeout(ending.peer, LIFETIME, peer, socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const nobody = await freePort();
  const { port } = server.address() as AddressInfo;
  const proxy = await startCuttingProxy(port);
  const origins = {
    nobody: `ws://127.0.0.1:${nobody}`,
    tls: `wss://127.0.0.1:${port}`,
    proxy: `ws://127.0.0.1:${proxy.port}`,
  };
  return {
    urlOf(path) {
      const { elsewhere } = ENDINGS.find((ending) => ending.path === path) ?? {};
      return (elsewhere ? origins[elsewhere] : `ws://127.0.0.1:${port}`) + path;
    },
    async idle() {
      await Promise.all([...sockets.clients].map((peer) => once(peer, 'close')));
    },
    async close() {
      for (const peer of sockets.clients) peer.terminate();
      proxy.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port where nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
