import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** Server that a test probes, on a port of 127.0.0.1. */
export interface ProbedServer {
  readonly port: number;
  /** Largest number of connections that were open at one time. */
  mostOpen(): number;
  /** Resolves at the next connection that opens. */
  opened(): Promise<void>;
  close(): void;
}

/** Starts a server of `ws`. `act` is called with each connection, and with its path. */
export async function startProbedServer(
  act: (socket: WebSocket, path: string) => void,
): Promise<ProbedServer> {
  const http: Server = createServer();
  const server = new WebSocketServer({ server: http });
  let mostOpen = 0;
  server.on('connection', (socket, { url = '' }) => {
    mostOpen = Math.max(mostOpen, server.clients.size);
    socket.on('error', () => {});
    act(socket, url);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    port: (http.address() as AddressInfo).port,
    mostOpen: () => mostOpen,
    async opened() {
      await once(server, 'connection');
    },
    close() {
      for (const socket of server.clients) socket.terminate();
      http.close();
    },
  };
}

/** Starts a server of bare TCP that ends no connection by itself. `act` is called with each connection and the head of its request, once that has come. */
export async function startRawServer(
  act: (socket: Socket, head: string) => void,
): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server: TcpServer = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.once('data', (head) => act(socket, String(head)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Accepts the handshake of a request (RFC 6455 §4.2.2) on a bare connection. */
export function acceptHandshake(socket: Socket, head: string): void {
  const [, key = ''] = /^sec-websocket-key: *(.*)\r$/im.exec(head) ?? [];
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}
