import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createOpenConnections } from '../packages/node/src/traffic/open-connections.ts';
import type { Placed } from '../packages/node/src/traffic/owner-reader.ts';
import type { Sweep } from '../packages/node/src/traffic/sweep.ts';
import { median, report, SMOKE } from './figure.ts';

// A slice of the sweep that compares the bytes of open connections: as many as one tick visits at most. Each of the
// real TCP sockets stands for some hundred connections, since a machine has too few ports.

const CONNECTIONS = SMOKE ? 10_000 : 1_000_000;
const SOCKETS = SMOKE ? 100 : 2000;
/** Blocks of 256 connections that a tick visits at most. */
const BLOCKS = 16;
const SLICES = 60;

type List = Parameters<Sweep['add']>[0];

let list: List | undefined;
const sweep: Sweep = {
  add(added) {
    list = added;
  },
  start() {},
  stop() {},
  period: () => 1000,
  stallBefore: () => 0,
};
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const sockets: Socket[] = [];
for (let i = 0; i < SOCKETS; i++) {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  sockets.push(socket);
}

interface Owner extends Placed {
  readonly socket: Socket;
}

const open = createOpenConnections<Owner>(sweep, {
  placedOf: (owner) => owner,
  connectionOf: () => undefined,
  streamOf: ({ socket }) => socket,
  factsOf: () => ({ kind: 'client', url: '' }),
});
for (let i = 0; i < CONNECTIONS; i++) {
  const owner: Owner = { socket: sockets[i % SOCKETS] as Socket, place: undefined };
  open.add(owner, owner, owner.socket, 0);
}
const blockCount = list?.blockCount() ?? 0;
const slices = Array.from({ length: SLICES }, (_, slice) => {
  const start = performance.now();
  for (let i = 0; i < BLOCKS; i++) list?.visitBlock((slice * BLOCKS + i) % blockCount, start, start);
  return performance.now() - start;
});
report({
  title: `slice of a sweep over ${CONNECTIONS.toLocaleString('en')} open connections`,
  value: median(slices),
  unit: 'ms',
  target: 5,
});
for (const socket of sockets) socket.destroy();
server.close();
