import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { WebSocketServer } from 'ws';

/**
 * The server of `churn.ts`, with whatever was loaded before it: it echoes messages, and tells its CPU time or its heap
 * when it is asked. CommonJS, since not every peer finds what ES modules import.
 */
const ws: { WebSocketServer: typeof WebSocketServer } = createRequire(import.meta.url)('ws');
const server = new ws.WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 8192 });
server.on('connection', (peer) => {
  peer.on('message', (data) => peer.send(data));
});
server.on('listening', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', async (what: 'cpu' | 'heap') => {
  process.send?.(what === 'cpu' ? cpuMicros() : await heapBytes());
});
process.on('disconnect', () => process.exit());

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Of what is left when all closes are sent. */
async function heapBytes(): Promise<number> {
  const { instrumentWebSockets } = await import('@closespan/node');
  // The handle that runs already, where `register` was loaded: nobody else is asked.
  await instrumentWebSockets().forceFlush();
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
