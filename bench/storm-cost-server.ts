import type { AddressInfo } from 'node:net';
import { instrumentWebSockets } from '@closespan/node';
import { WebSocketServer } from 'ws';
import { watchTurns } from './loop-turns.ts';

/** What a storm took a server, in milliseconds. */
export interface StormCost {
  /** The longest turn of its event loop. */
  readonly turn: number;
  /** CPU time of all threads, until the last socket is closed. */
  readonly closed: number;
  /** The same until the last span is exported, and the metrics. */
  readonly exported: number;
}

/**
 * Clients on many machines have all answered by the time that the last is told. The one process that stands for them
 * here gets that time; else it is chance how many answers come within one turn.
 */
const ANSWERED_MILLIS = 1000;

/** A server of `storm-cost.ts`: on a message it closes all with 1012 in one turn, and answers what that took. */
const observed = process.argv[2] === 'closespan';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
let allClosed = () => {};
server.on('connection', (socket) => {
  socket.on('close', () => {
    if (server.clients.size === 0) allClosed();
  });
});
server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', async () => process.send?.(await storm()));
process.on('disconnect', () => process.exit());

async function storm(): Promise<StormCost> {
  // What the handshakes left behind is not the storm's; other threads go on with it after the call.
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const closing = new Promise<void>((resolve) => {
    allClosed = resolve;
  });
  const turns = watchTurns();
  const before = process.cpuUsage();
  for (const socket of server.clients) socket.close(1012);
  turns.block(ANSWERED_MILLIS);
  await closing;
  const closed = cpuMillis(before);
  // The handle that `register` made.
  if (observed) await instrumentWebSockets().forceFlush();
  return { closed, exported: cpuMillis(before), turn: turns.stop() };
}

function cpuMillis(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
