import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A WebSocket server that can be down for a while, on one port of 127.0.0.1. */
export interface RestartingServer {
  readonly url: string;
  /** Drops every connection. The server refuses new connections from then on. */
  stop(): Promise<void>;
  /** Accepts connections again. */
  start(): Promise<void>;
  /** Refuses handshakes with an HTTP status, or accepts them again without one. */
  refuseWith(status: number | undefined): void;
  /** Responds to no further handshake. */
  holdHandshakes(): void;
  /** Resolves at the next handshake. */
  asked(): Promise<void>;
  /** Calls a function at each message of a client. */
  onMessage(listener: () => void): void;
  readonly peers: ReadonlySet<WebSocket>;
  close(): Promise<void>;
}

/** Starts a server that can be stopped and started again. */
export async function startRestartingServer(): Promise<RestartingServer> {
  let port = 0;
  let http: Server | undefined;
  let refusal: number | undefined;
  let isHolding = false;
  const events = new EventEmitter();
  const raw = new Set<Duplex>();
  const sockets = new WebSocketServer({ noServer: true });

  async function start(): Promise<void> {
    http = createServer();
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      raw.add(socket);
      events.emit('handshake');
      if (isHolding) return;
      if (refusal) socket.end(`HTTP/1.1 ${refusal} Refused\r\nconnection: close\r\n\r\n`);
      else
        sockets.handleUpgrade(request, socket, head, (peer) => {
          peer.on('error', () => {});
          sockets.emit('connection', peer);
        });
    });
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    ({ port } = http.address() as AddressInfo);
  }

  async function stop(): Promise<void> {
    for (const peer of sockets.clients) peer.terminate();
    const stopped = http?.listening ? once(http, 'close') : undefined;
    http?.close();
    http?.closeAllConnections();
    for (const socket of raw) socket.destroy();
    await stopped;
  }

  await start();
  return {
    url: `ws://127.0.0.1:${port}`,
    stop,
    start,
    refuseWith(status) {
      refusal = status;
    },
    holdHandshakes() {
      isHolding = true;
    },
    asked: async () => void (await once(events, 'handshake')),
    onMessage(listener) {
      sockets.on('connection', (peer) => peer.on('message', listener));
    },
    peers: sockets.clients,
    close: stop,
  };
}
