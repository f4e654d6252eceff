import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { connectRaw } from '../helpers/raw-client.ts';

const MESSAGE = Buffer.alloc(9_000_000);

it('records what never left the first connection of a process, and those that are accepted at once', async () => {
  const records: CloseRecord[] = [];
  const accepts: ((isAccepted: boolean) => void)[] = [];
  const closed: Promise<unknown>[] = [];
  const handle = instrumentWebSockets({
    wire: false,
    otlp: false,
    closeHook: (record) => records.push(record),
  });
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    // All handshakes are there before the first connection opens.
    verifyClient: (_info: unknown, accept: (isAccepted: boolean) => void) => {
      accepts.push(accept);
      if (accepts.length === 3) for (const each of accepts) each(true);
    },
  });
  server.on('connection', (peer) => {
    closed.push(once(peer, 'close'));
    peer.send(MESSAGE);
    peer.terminate();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients = await Promise.all([1, 2, 3].map(() => connectRaw(port)));
  await expect.poll(() => closed.length).toBe(3);
  await Promise.all(closed);
  for (const { tcp } of clients) tcp.destroy();
  await handle.shutdown();
  server.close();
  const unsent = records.map(({ unsentSize }) => unsentSize);
  expect(unsent).toHaveLength(3);
  for (const size of unsent) expect(size).toBeGreaterThan(1_000_000);
});
