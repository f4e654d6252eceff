import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { WebSocket as Undici7, Agent as Undici7Agent } from 'undici7';
import { WebSocket as Undici8, Agent as Undici8Agent } from 'undici8';
import { describe, expect, it } from 'vitest';
import websocket from 'websocket';
import { WebSocket, WebSocketServer } from 'ws';
// @ts-expect-error ws 7 has no types here.
import Ws7 from 'ws7';
import { selfSign } from '../helpers/self-sign.ts';

type Client = (url: string) => object;

const trusting = { rejectUnauthorized: false };
/** Clients that have the members of a browser's `WebSocket`. */
const CLIENTS: Readonly<Record<string, Client>> = {
  'ws 8': (url) => new WebSocket(url, trusting),
  'ws 7': (url) => new Ws7(url, trusting),
  websocket: (url) => new websocket.w3cwebsocket(url, undefined, undefined, undefined, trusting),
  'undici 7': (url) => new Undici7(url, { dispatcher: new Undici7Agent({ connect: trusting }) }),
  'undici 8': (url) => new Undici8(url, { dispatcher: new Undici8Agent({ connect: trusting }) }),
};
const SERVERS = ['ws 8', 'ws 7', 'websocket'] as const;

/** A message of 10,000 bytes with a header of 4 bytes and a mask of 4, and a Close frame of 2 + 4 + 2 bytes. */
const FROM_CLIENT = 10_008 + 8;
/** The message that comes back, without a mask, and the Close frame. */
const FROM_SERVER = 10_004 + 4;
/** The text that the package sends with 1000 where the app gives no reason, and that comes back. */
const INVENTED_REASON = 'Normal connection closure'.length;

/** Starts a server that sends each message back. */
async function startEcho(library: (typeof SERVERS)[number], isTls: boolean) {
  const http = isTls ? createTlsServer(selfSign()) : createServer();
  if (library === 'websocket') {
    const server = new websocket.server({ httpServer: http });
    server.on('request', (request) => {
      const connection = request.accept(undefined, request.origin);
      connection.on('message', (message) => {
        if (message.type === 'binary') connection.sendBytes(message.binaryData);
      });
    });
  } else {
    const server = new (library === 'ws 8' ? WebSocketServer : Ws7.Server)({ server: http });
    server.on('connection', (peer: WebSocket) => {
      peer.on('error', () => {});
      peer.on('message', (data) => peer.send(data));
    });
  }
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: `${isTls ? 'wss' : 'ws'}://127.0.0.1:${port}/chat`,
    async close() {
      http.close();
      http.closeAllConnections();
    },
  };
}

/** Sends a message, waits until it comes back, and closes after some quiet milliseconds. */
async function exchange(socket: globalThis.WebSocket, quiet: number): Promise<void> {
  socket.binaryType = 'arraybuffer';
  await new Promise<void>((resolve, reject) => {
    socket.onerror = reject;
    socket.onopen = () => socket.send(new Uint8Array(10_000));
    socket.onmessage = () => setTimeout(() => socket.close(1000), quiet);
    socket.onclose = () => resolve();
  });
}

function trafficOf({ attributes }: ReceivedSpan) {
  return { received: attributes['websocket.received.size'], sent: attributes['websocket.sent.size'] };
}

describe.each([
  { over: 'TCP', isTls: false },
  { over: 'TLS', isTls: true },
])('over $over', ({ isTls }) => {
  it.each([
    ...Object.keys(CLIENTS).map((client) => ({ client, server: 'ws 8' as const })),
    ...SERVERS.map((server) => ({ client: 'ws 8', server })),
  ])(
    'counts the bytes and the silence of a client of $client and a server of $server',
    async ({ client, server }) => {
      const receiver = await startOtlpReceiver();
      const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
      try {
        const echo = await startEcho(server, isTls);
        const start = performance.now();
        const socket = CLIENTS[client]?.(echo.url) as globalThis.WebSocket;
        await exchange(socket, 1500);
        const longest = (performance.now() - start) / 1000;
        const spans = await receiver.waitForSpans(2);
        await echo.close();

        const ofClient = spans.find(({ kind }) => kind === 3) as ReceivedSpan;
        const ofServer = spans.find(({ kind }) => kind === 2) as ReceivedSpan;
        const reason = client === 'websocket' ? INVENTED_REASON : 0;
        const fromClient = FROM_CLIENT + reason;
        const fromServer = FROM_SERVER + reason;
        expect(trafficOf(ofClient)).toEqual({ received: fromServer, sent: fromClient });
        expect(trafficOf(ofServer)).toEqual({ received: fromClient, sent: fromServer });
        for (const { attributes } of [ofClient, ofServer]) {
          // The closing handshake is no sign of life.
          for (const name of ['websocket.silence.duration', 'websocket.idle.duration']) {
            expect(attributes[name]).toBeGreaterThan(1);
            expect(attributes[name]).toBeLessThanOrEqual(longest);
          }
        }
      } finally {
        await handle.shutdown();
        await receiver.close();
      }
    },
  );
});
