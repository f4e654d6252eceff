import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A real `ws` server on a port of 127.0.0.1. */
export interface WsServer {
  readonly url: string;
  /** Resolves when the server's end of every connection is closed, too. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server whose peers are closed as `accept` says; by default they stay open. */
export async function startWsServer(accept: (peer: WebSocket) => void = () => {}): Promise<WsServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (peer) => {
    peer.on('error', () => {});
    accept(peer);
  });
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async idle() {
      await Promise.all([...server.clients].map((peer) => once(peer, 'close')));
    },
    async close() {
      for (const peer of server.clients) peer.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Opens a client, runs `act` with it, and resolves at its close. */
export async function connectAndClose(
  url: string,
  act: (socket: globalThis.WebSocket) => void = (socket) => socket.close(1000),
  Client: new (url: string) => object = globalThis.WebSocket,
): Promise<void> {
  const socket = new Client(url) as globalThis.WebSocket;
  await new Promise((resolve) => {
    socket.addEventListener('error', () => {});
    socket.addEventListener('open', () => act(socket));
    socket.addEventListener('close', resolve);
  });
}
