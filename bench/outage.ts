import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { instrumentWebSockets } from '@closespan/node';
import { startOtlpReceiver } from '@closespan/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { report, SMOKE } from './figure.ts';

// A collector that is away for a minute, while a thousand connections' ends close each second.

const SECONDS = SMOKE ? 2 : 60;
const CONNECTIONS_A_TICK = SMOKE ? 2 : 25;
const TICKS_A_SECOND = 20;

let status = 503;
const receiver = await startOtlpReceiver({ status: () => status });
const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

const closed: Promise<unknown>[] = [];
server.on('connection', (peer) => closed.push(once(peer, 'close')));
for (let tick = 0; tick < SECONDS * TICKS_A_SECOND; tick++) {
  for (let i = 0; i < CONNECTIONS_A_TICK; i++) closed.push(connect());
  await wait(1000 / TICKS_A_SECOND);
}
await Promise.all(closed);
status = 200;
await handle.shutdown();
server.close();

report({
  title: `${closed.length} closes while the collector is away for ${SECONDS} s`,
  value: closed.length - new Set(receiver.spans.map(({ spanId }) => spanId)).size,
  unit: 'lost',
  target: 0,
});
await receiver.close();

/** Opens a connection and closes it. */
async function connect(): Promise<void> {
  const client = new WebSocket(url);
  await once(client, 'open');
  client.close(1000);
  await once(client, 'close');
}
