import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { WebSocket, WebSocketServer } from 'ws';
import { median, report, SMOKE } from './figure.ts';
import { startPeer } from './start-peer.ts';

// The heap that an open connection adds: idle sockets, instrumented minus bare. The other ends are in another process.

const SOCKETS = SMOKE ? 100 : 3000;
const ROUNDS = SMOKE ? 1 : 5;

const peer = await startPeer(SOCKETS);

report({
  title: 'heap an open ws client adds',
  value: await added(() => heapOfClients()),
  unit: 'bytes',
  target: 144,
});
report({
  title: 'heap an open ws client adds that has sent a ping',
  value: await added(() => heapOfClients(true)),
  unit: 'bytes',
  target: 208,
});
report({
  title: 'heap an open ws server connection adds',
  value: await added(heapOfPeers),
  unit: 'bytes',
  target: 128,
});
peer.stop();

/** Bytes a connection, by the median of interleaved rounds. */
async function added(heapOf: () => Promise<number>): Promise<number> {
  await heapOf();
  const differences: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bare = await heapOf();
    const handle = instrumentWebSockets({ otlp: false, closeHook() {} });
    const instrumented = await heapOf();
    await handle.shutdown();
    differences.push(instrumented - bare);
  }
  return median(differences);
}

/** @param pings whether each client sends a ping and gets its pong */
async function heapOfClients(pings = false): Promise<number> {
  const sockets: WebSocket[] = [];
  const grown = await growth(async () => {
    const more = Array.from({ length: SOCKETS }, () => new WebSocket(`ws://127.0.0.1:${peer.port}/chat`));
    await Promise.all(more.map((socket) => once(socket, 'open')));
    sockets.push(...more);
    if (!pings) return;
    const pongs = more.map((socket) => once(socket, 'pong'));
    for (const socket of more) socket.ping();
    await Promise.all(pongs);
  });
  const closed = sockets.map((socket) => once(socket, 'close'));
  for (const socket of sockets) socket.terminate();
  await Promise.all(closed);
  return grown;
}

async function heapOfPeers(): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
  await once(server, 'listening');
  const grown = await growth(() => peer.connect((server.address() as AddressInfo).port));
  const closed = [...server.clients].map((socket) => once(socket, 'close'));
  for (const socket of server.clients) socket.terminate();
  await Promise.all(closed);
  server.close();
  return grown;
}

/** Bytes that a socket adds, when others are open already: code and tables that are there once do not count. */
async function growth(open: () => Promise<void>): Promise<number> {
  await open();
  const before = await settledHeap();
  await open();
  return ((await settledHeap()) - before) / SOCKETS;
}

/** What handshakes leave behind goes within some turns of the loop. */
async function settledHeap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SMOKE ? 10 : 500));
  return heapUsed();
}

function heapUsed(): number {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
