import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setupWSConnection } from '@y/websocket-server/utils';
import { WebSocket as PartySocket } from 'partysocket';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { expect, it } from 'vitest';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { recordLibrary } from '../helpers/record-library.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';

/** The server restarts, then drops the connection, and the third lives until the client closes it. */
const ENDINGS: readonly ((peer: WsWebSocket) => void)[] = [
  (peer) => peer.close(1012),
  (peer) => peer.terminate(),
];

interface Reconnecting {
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  close(code?: number, reason?: string): void;
}

const OPTIONS = { minReconnectionDelay: 1, maxReconnectionDelay: 1, minUptime: 0 };
const PARTY = { ...OPTIONS, maxRetries: 5 };

const clients: [string, (url: string) => Reconnecting][] = [
  ['partysocket', (url) => new PartySocket(url, [], PARTY)],
  ['partysocket over ws', (url) => new PartySocket(url, [], { ...PARTY, WebSocket: WsWebSocket })],
  ['reconnecting-websocket', (url) => new ReconnectingWebSocket(url, [], OPTIONS)],
  [
    'reconnecting-websocket over ws',
    (url) => new ReconnectingWebSocket(url, [], { ...OPTIONS, WebSocket: WsWebSocket }),
  ],
];

it.each(clients)('records each connection of %s by itself', async (_name, connect) => {
  const closes = await recordLibrary(6, async () => {
    let accepted = 0;
    const server = await startWsServer((peer) => ENDINGS[accepted++]?.(peer));
    const socket = connect(`${server.url}/room?token=secret`);
    let opened = 0;
    await new Promise<void>((resolve) => {
      socket.addEventListener('open', () => {
        if (++opened === 3) resolve();
      });
    });
    const closed = server.idle();
    socket.close(4000, 'done');
    await closed;
    await server.close();
  });
  expect(closes).toEqual([
    '/room client 1006 unclean none connection_lost error=connection_lost',
    '/room client 1012 clean remote server_restart',
    '/room client 4000 clean local local_close reason=done',
    '/room server 1006 unclean local local_terminate error=local_terminate',
    '/room server 1012 clean local server_restart',
    '/room server 4000 clean remote remote_close reason=done',
  ]);
});

it.each([
  ['the global WebSocket', globalThis.WebSocket],
  ['ws', WsWebSocket],
])('records each connection of y-websocket over %s by itself', async (_name, WebSocketPolyfill) => {
  const closes = await recordLibrary(4, async () => {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    server.on('connection', setupWSConnection);
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const provider = new WebsocketProvider(url, 'room', new Y.Doc(), {
      WebSocketPolyfill: WebSocketPolyfill as typeof globalThis.WebSocket,
      maxBackoffTime: 1,
      disableBc: true,
      params: { token: 'secret' },
    });
    // `sync` comes with false when the connection is lost.
    const synced = () =>
      new Promise<void>((resolve) => provider.on('sync', (isSynced: boolean) => isSynced && resolve()));
    await synced();
    const again = synced();
    for (const peer of server.clients) peer.close(1012);
    await again;
    const closed = Promise.all([...server.clients].map((peer) => once(peer, 'close')));
    provider.destroy();
    await closed;
    server.close();
    http.close();
  });
  expect(closes).toEqual([
    '/room client 1005 clean local local_close',
    '/room client 1012 clean remote server_restart',
    '/room server 1005 clean remote remote_close',
    '/room server 1012 clean local server_restart',
  ]);
});
