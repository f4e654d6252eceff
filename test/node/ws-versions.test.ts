import { createRequire } from 'node:module';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
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
