import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { expect, it } from 'vitest';
import type { WebSocket, WebSocketServer } from 'ws';
import { connectRaw } from '../helpers/raw-client.ts';
import { startWsServer } from '../helpers/start-ws-server.ts';

const require = createRequire(import.meta.url);
/** Minor versions at which `ws` changed how it ends, the oldest and the newest of 7 and of 8 among them. */
const VERSIONS: readonly (readonly [string, typeof WebSocket])[] = [
  ['7.0', require('ws70')],
  ['7.4', require('ws74')],
  ['7.5', require('ws7')],
  ['8.0', require('ws80')],
  ['8.23', require('ws')],
];
/** Messages that a client cannot read. */
const MESSAGES = [
  { what: 'too large', bytes: [0x82, 20, ...Buffer.alloc(20)], cause: 'message_too_big' },
  { what: 'no UTF-8', bytes: [0x81, 1, 0xff], cause: 'protocol_error' },
  { what: 'of an unknown kind', bytes: [0x83, 0], cause: 'protocol_error' },
];

it.each(
  VERSIONS.flatMap(([version, Client]) => MESSAGES.map((message) => ({ version, Client, ...message }))),
)('ws $version: a message that is $what is refused by this end', async ({ Client, bytes, cause }) => {
  const records: CloseRecord[] = [];
  const handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  const server = await startWsServer((peer) => {
    const { _socket } = peer as unknown as { _socket: { write(bytes: Uint8Array): void } };
    _socket.write(Uint8Array.from(bytes));
  });
  const client = new Client(server.url, { maxPayload: 10 });
  client.on('error', () => {});
  const told = await new Promise((resolve) => client.on('close', resolve));
  await handle.forceFlush();
  const record = records.find(({ kind }) => kind === 'client');
  expect(record).toMatchObject({ code: 1006, wasClean: false, initiator: 'local', cause });
  expect(record?.reportedCode ?? 1006).toBe(told);
  await handle.shutdown();
  await server.close();
});

/** Frames of a client that a server cannot read, and Close frames with codes that such a server would send. */
const FRAMES = [
  { what: 'a large message', opcode: 2, payload: 'x'.repeat(20), line: '1006 false local message_too_big' },
  { what: 'an unknown kind', opcode: 3, payload: '', line: '1006 false local protocol_error' },
  { what: 'half a code', opcode: 8, payload: '\u0003', line: '1006 false local protocol_error' },
  { what: 'a code of 1006', opcode: 8, payload: '\u0003\u00ee', line: '1006 false local protocol_error' },
  {
    what: 'a Close frame of 1009',
    opcode: 8,
    payload: '\u0003\u00f1',
    line: '1009 true remote message_too_big',
  },
  {
    what: 'a Close frame of 1007',
    opcode: 8,
    payload: '\u0003\u00ef',
    line: '1007 true remote protocol_error',
  },
  {
    what: 'a Close frame of 1002',
    opcode: 8,
    payload: '\u0003\u00ea',
    line: '1002 true remote protocol_error',
  },
];

it.each(VERSIONS.flatMap(([version, Client]) => FRAMES.map((frame) => ({ version, Client, ...frame }))))(
  'a server of ws $version tells its own errors from those of its peer: $what',
  async ({ Client, opcode, payload, line }) => {
    const records: CloseRecord[] = [];
    const handle = instrumentWebSockets({
      otlp: false,
      closeHook: (record) => record.kind === 'server' && records.push(record),
    });
    const server = new (Client as unknown as { Server: typeof WebSocketServer }).Server({
      port: 0,
      host: '127.0.0.1',
      maxPayload: 10,
    });
    await once(server, 'listening');
    const connected = once(server, 'connection');
    const raw = await connectRaw((server.address() as AddressInfo).port);
    const [peer] = await connected;
    peer.on('error', () => {});
    // `once` would reject at the error.
    const closed = new Promise((resolve) => peer.on('close', resolve));
    raw.send(opcode, Buffer.from(payload, 'latin1'));
    raw.tcp.end();
    await closed;
    await handle.forceFlush();
    expect(
      records.map(({ code, wasClean, initiator, cause }) => [code, wasClean, initiator, cause].join(' ')),
    ).toEqual([line]);
    await handle.shutdown();
    server.close();
  },
);
