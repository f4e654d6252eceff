import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { expect, it } from 'vitest';
import websocket from 'websocket';

const { client: WebSocketClient, server: PackageServer, w3cwebsocket: W3cWebSocket } = websocket;

/** Three messages, with 2013 bytes of payload. */
const MESSAGES = ['hello', 'é'.repeat(1000), Buffer.alloc(8)] as const;
const COUNTS = {
  'websocket.message.received.count': 3,
  'websocket.message.received.size': 2013,
  'websocket.message.received.max_size': 2000,
  'websocket.message.sent.count': 3,
  'websocket.message.sent.size': 2013,
};

const countsOf = ({ attributes }: ReceivedSpan) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => name.startsWith('websocket.message.')));

it.each([
  { title: 'whole messages', config: {}, clientConfig: {} },
  { title: 'fragments', config: {}, clientConfig: { fragmentationThreshold: 100 } },
  {
    title: 'frames that the app assembles',
    config: { assembleFragments: false },
    clientConfig: { fragmentationThreshold: 100 },
  },
])('counts the messages of the package websocket: $title', async ({ config, clientConfig }) => {
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url }, messages: true });
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new PackageServer({ httpServer: http, ...config });
  const ended = new Promise((resolve) => {
    server.on('request', (request) => {
      const connection = request.accept();
      connection.on('close', resolve);
      const [first, ...others] = MESSAGES;
      // In the turn of the opening, and when the client's messages have come.
      connection.send(first);
      let left = MESSAGES.length;
      const noteMessage = () => {
        if (--left === 0) for (const message of others) connection.send(message);
      };
      connection.on('message', noteMessage);
      connection.on('frame', ({ fin, opcode }) => fin && opcode < 8 && noteMessage());
    });
  });
  const client = new WebSocketClient(clientConfig);
  const closed = new Promise((resolve) => {
    client.on('connect', (connection) => {
      let left = MESSAGES.length;
      connection.on('message', () => --left === 0 && connection.close());
      connection.on('close', resolve);
      for (const message of MESSAGES) connection.send(message);
    });
  });
  client.connect(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  await Promise.all([ended, closed]);
  await handle.shutdown();
  await receiver.close();
  http.close();
  expect(receiver.spans.map(countsOf)).toEqual([COUNTS, COUNTS]);
});

it('counts the messages of a w3cwebsocket', async () => {
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url }, messages: true });
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new PackageServer({ httpServer: http });
  server.on('request', (request) => {
    const connection = request.accept();
    connection.on('message', (message) =>
      connection.send(message.type === 'utf8' ? message.utf8Data : message.binaryData),
    );
  });
  const socket = new W3cWebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/`);
  await new Promise<void>((resolve) => {
    let left = MESSAGES.length;
    socket.onopen = () => {
      for (const message of MESSAGES) socket.send(message);
    };
    socket.onmessage = () => --left === 0 && socket.close();
    socket.onclose = () => resolve();
  });
  await handle.shutdown();
  await receiver.close();
  http.close();
  expect(receiver.spans.filter(({ kind }) => kind === 3).map(countsOf)).toEqual([COUNTS]);
});
