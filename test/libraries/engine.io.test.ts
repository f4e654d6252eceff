import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as EngineServer } from 'engine.io';
import { Socket as EngineClient } from 'engine.io-client';
import { Server as IoServer } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { recordLibrary } from '../helpers/record-library.ts';

/** A client and its server, without the polling before, or with it. */
interface Pair {
  readonly url: string;
  /** Connects, and ends the connection. */
  end(transports: string[], ending: 'client' | 'server' | 'drop'): Promise<void>;
  close(): void;
}

type Transport = { socket: { _socket: { destroy(): void } } };

async function startEngine(): Promise<Pair> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const engine = new EngineServer();
  engine.attach(http);
  return {
    url,
    async end(transports, ending) {
      const connection = once(engine, 'connection');
      const client = new EngineClient(url, { transports });
      const closed = new Promise((resolve) => client.on('close', resolve));
      const [peer] = await connection;
      const peerClosed = once(peer, 'close');
      if (transports.includes('polling')) await once(peer, 'upgrade');
      else await new Promise<void>((resolve) => client.on('open', resolve));
      if (ending === 'client') client.close();
      if (ending === 'server') peer.close();
      if (ending === 'drop') (peer.transport as unknown as Transport).socket._socket.destroy();
      await Promise.all([closed, peerClosed]);
    },
    close() {
      engine.close();
      http.close();
    },
  };
}

async function startSocketIo(): Promise<Pair> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const server = new IoServer(http);
  return {
    url,
    async end(transports, ending) {
      const connection = new Promise<Parameters<Parameters<typeof server.on>[1]>[0]>((resolve) => {
        server.once('connection', resolve);
      });
      const client = io(url, { transports, forceNew: true, reconnection: false });
      const peer = await connection;
      const peerClosed = new Promise((resolve) => peer.conn.on('close', resolve));
      const closed = new Promise((resolve) => client.on('disconnect', resolve));
      if (transports.includes('polling')) await once(peer.conn, 'upgrade');
      else if (!client.connected) await new Promise<void>((resolve) => client.on('connect', resolve));
      if (ending === 'client') client.disconnect();
      if (ending === 'server') peer.disconnect(true);
      if (ending === 'drop') (peer.conn.transport as unknown as Transport).socket._socket.destroy();
      await Promise.all([closed, peerClosed]);
    },
    close() {
      void server.close();
    },
  };
}

const CLOSED = {
  client: ['client 1005 clean local local_close', 'server 1005 clean remote remote_close'],
  server: ['client 1005 clean remote remote_close', 'server 1005 clean local local_close'],
  drop: [
    'client 1006 unclean none connection_lost error=connection_lost',
    'server 1006 unclean local local_terminate error=local_terminate',
  ],
};

const rows = (['client', 'server', 'drop'] as const).flatMap((ending) =>
  [['websocket'], ['polling', 'websocket']].flatMap((transports) => [
    { name: 'engine.io', start: startEngine, path: '/engine.io/', ending, transports },
    { name: 'socket.io', start: startSocketIo, path: '/socket.io/', ending, transports },
  ]),
);

it.each(rows)(
  'records $name over $transports once at each end, ended by $ending',
  async ({ start, path, ending, transports }) => {
    const closes = await recordLibrary(2, async () => {
      const pair = await start();
      await pair.end(transports, ending);
      pair.close();
    });
    expect(closes).toEqual(CLOSED[ending].map((close) => `${path} ${close}`));
  },
);
