import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

it.each([
  ['for=192.0.2.1', '192.0.2.1'],
  ['by=proxy;For="[2001:db8::1]:4711", for=192.0.2.2', '2001:db8::1'],
  // What only looks like the parameter: a part of another text, and the end of another name.
  ['by="for=192.0.2.9";for=192.0.2.1', '192.0.2.1'],
  ['host="a;for=192.0.2.9";for=192.0.2.1', '192.0.2.1'],
  ['host="a\\";for=192.0.2.9,";for=192.0.2.1', '192.0.2.1'],
  ['x-for=192.0.2.9;for=192.0.2.1', '192.0.2.1'],
  ['by="for=192.0.2.9"', '127.0.0.1'],
  ['for="_hidden"', '127.0.0.1'],
  ['for="', '127.0.0.1'],
])('a header Forwarded: %s names the client %s', async (forwarded, address) => {
  const records: CloseRecord[] = [];
  const handle = instrumentWebSockets({
    otlp: false,
    recordClientAddress: true,
    closeHook: (record) => records.push(record),
  });
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(wss, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`, {
    headers: { Forwarded: forwarded },
  });
  const [[peer]] = await Promise.all([once(wss, 'connection'), once(client, 'open')]);
  client.close();
  await Promise.all([once(client, 'close'), once(peer, 'close')]);
  wss.close();
  await handle.shutdown();
  expect(records.find(({ kind }) => kind === 'server')?.clientAddress).toBe(address);
});
