import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { WebSocket, WebSocketServer } from 'ws';
import { hiddenWs, type WsCopy } from '../helpers/bundle-ws.ts';
import { selfSign } from '../helpers/self-sign.ts';

/** An app with a copy of `ws` of which closespan learns nothing: server and clients. */
export interface HiddenApp {
  readonly copy: WsCopy;
  readonly http: Server;
  readonly server: WebSocketServer;
  readonly url: string;
  /** Opens a client, with its peer at the server. */
  connect(path?: string, options?: object): Promise<{ client: WebSocket; peer: WebSocket }>;
  close(): Promise<void>;
}

/** Starts such an app on 127.0.0.1, or on a path. */
export async function startHiddenApp({
  isSecure = false,
  path = undefined as string | undefined,
  ...options
} = {}): Promise<HiddenApp> {
  const copy = await hiddenWs('ws');
  const http = isSecure ? createSecureServer(selfSign()) : createServer();
  const server = new copy.Server({ server: http, ...options });
  if (path) http.listen(path);
  else http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const url = path ? `ws+unix://${path}:` : `ws${isSecure ? 's' : ''}://127.0.0.1:${port}`;
  return {
    copy,
    http,
    server,
    url,
    async connect(target = '/room', clientOptions = {}) {
      const connected = once(server, 'connection');
      const client = new copy(url + target, { rejectUnauthorized: false, ...clientOptions });
      client.on('error', () => {});
      const [[peer]] = await Promise.all([connected, once(client, 'open')]);
      peer.on('error', () => {});
      return { client, peer };
    },
    async close() {
      for (const peer of server.clients) peer.terminate();
      server.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** Returns the TCP or TLS socket under a socket of `ws`. */
export function streamOf(socket: WebSocket): Socket {
  return (socket as unknown as { _socket: Socket })._socket;
}

/** Resolves when both ends have closed. */
export async function bothClosed(...sockets: WebSocket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
}
