import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { instrumentWebSockets } from '@closespan/node';
import * as known from 'ws';
import { hiddenWs } from '../test/helpers/bundle-ws.ts';
import { startPeer } from './start-peer.ts';

// A process that `heap.ts` starts: opens idle sockets and prints how many bytes one of them takes. Its arguments are the
// kind of the sockets, their number, and `observed` or `bare`.

const [kind, count, mode] = process.argv.slice(2);
const SOCKETS = Number(count);
const isOnWire = kind === 'wire-client' || kind === 'wire-server';
const { WebSocket, WebSocketServer } = isOnWire ? await hiddenCopy() : known;
// A pool of Node, of 64 KiB, would be there or not by chance.
Buffer.poolSize = 0;
// Sockets are observed from the first one on, as in an app: each object has room for our field from the beginning.
if (mode === 'observed') instrumentWebSockets({ otlp: false, closeHook() {} });

const peer = await startPeer(SOCKETS);
const clients: known.WebSocket[] = [];
const open = kind?.endsWith('server') ? await opensPeers() : opensClients;
// Code and tables that are there once do not count, so other sockets are open already.
await open();
const before = await settledMemory();
await open();
console.log(((await settledMemory()) - before) / SOCKETS);
process.exit();

async function opensClients(): Promise<void> {
  const more = Array.from({ length: SOCKETS }, () => new WebSocket(`ws://127.0.0.1:${peer.port}/chat`));
  await Promise.all(more.map((socket) => once(socket, 'open')));
  clients.push(...more);
  if (kind !== 'pinging') return;
  const pongs = more.map((socket) => once(socket, 'pong'));
  for (const socket of more) socket.ping();
  await Promise.all(pongs);
}

async function opensPeers(): Promise<() => Promise<void>> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
  await once(server, 'listening');
  return () => peer.connect((server.address() as AddressInfo).port);
}

/** A copy of `ws` that closespan does not find, as one in a bundle: its connections are seen on the wire alone. */
async function hiddenCopy(): Promise<Pick<typeof known, 'WebSocket' | 'WebSocketServer'>> {
  const copy = await hiddenWs('ws');
  return { WebSocket: copy, WebSocketServer: copy.Server };
}

/** Bytes of the heap and of typed arrays, which stand outside. What handshakes leave goes within some turns of the loop. */
async function settledMemory(): Promise<number> {
  await pause(SOCKETS > 1000 ? 1000 : 10);
  for (let i = 0; i < 6; i++) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
