import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectRaw, type RawClient } from '../helpers/raw-client.ts';
import { type HiddenApp, startHiddenApp } from './apps.ts';

const require = createRequire(import.meta.url);

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let app: HiddenApp;
beforeEach(async () => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  app = await startHiddenApp();
});
afterEach(async () => {
  await app.close();
  await handle.shutdown();
});

const NORMAL = Buffer.from([0x03, 0xe8]);
const NO_UTF8 = Buffer.from([0xff]);

/** Ends of a client that leave its Close frame without an answer, and the server's record of each. */
const ENDS: [what: string, line: string, end: (client: RawClient) => void][] = [
  [
    'a Close frame, then a reset',
    'server 1000 unclean remote remote_close error=remote_close',
    ({ send, tcp }) => {
      send(8, NORMAL);
      tcp.resetAndDestroy();
    },
  ],
  [
    'messages and a Close frame, then a reset',
    'server 1000 unclean remote remote_close error=remote_close',
    ({ send, tcp }) => {
      tcp.cork();
      for (let left = 100; left > 0; left--) send(2, 'x'.repeat(100));
      send(8, NORMAL);
      tcp.uncork();
      tcp.resetAndDestroy();
    },
  ],
  [
    'a text that is no UTF-8, and a Close frame behind it',
    'server 1006 unclean local protocol_error requested_code=1007 error=protocol_error',
    ({ send, tcp }) => {
      tcp.cork();
      send(1, NO_UTF8);
      send(8, NORMAL);
      tcp.uncork();
    },
  ],
  [
    'a text that is no UTF-8, and a Close frame that answers none',
    'server 1006 unclean local protocol_error requested_code=1007 error=protocol_error',
    ({ send, tcp }) => {
      send(1, NO_UTF8);
      tcp.once('data', () => send(8, NORMAL));
    },
  ],
];

it.each(ENDS)('a server of an unknown library says what its app was told at %s', async (_what, line, end) => {
  const connected = once(app.server, 'connection');
  const client = await connectRaw((app.http.address() as AddressInfo).port);
  const [peer] = await connected;
  peer.on('error', () => {});
  const told = new Promise<{ code: number; wasClean: boolean }>((resolve) =>
    peer.addEventListener('close', resolve),
  );
  end(client);
  const { wasClean } = await told;
  await handle.forceFlush();
  const record = records.find(({ kind }) => kind === 'server');
  expect(record?.wasClean).toBe(wasClean);
  expect(record && closeLine(record)).toContain(line);
});

/** A response with a wrong proof, and a Close frame with code 4000. */
const FORGED = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Accept: forged\r\n\r\n\x88\x02\x0f\xa0',
  'latin1',
);

it.each([
  ['that writes its request itself', () => require('faye-websocket').Client],
  ["of Node's HTTP client", () => app.copy],
] as [what: string, clientOf: () => new (url: string) => WebSocket][])(
  'a Close frame behind a response that a client %s refuses is not told to the app',
  async (_what, clientOf) => {
    const forging = createServer((peer) => {
      peer.on('error', () => {}).once('data', () => peer.write(FORGED));
    }).listen(0, '127.0.0.1');
    await once(forging, 'listening');
    const client = new (clientOf())(`ws://127.0.0.1:${(forging.address() as AddressInfo).port}/forged`);
    client.onerror = () => {};
    await new Promise((resolve) => {
      client.onclose = resolve;
    });
    forging.close();
    await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
    expect(records.map(closeLine)).toEqual([
      '/forged client 1006 unclean none handshake_failed error=handshake_failed',
    ]);
  },
);
