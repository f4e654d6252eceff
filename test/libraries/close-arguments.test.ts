import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import websocket from 'websocket';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';
import { CLIENTS, type Client } from '../helpers/web-socket-clients.ts';

const ALL_CLIENTS: readonly (readonly [string, Client])[] = [
  ...CLIENTS,
  ['websocket', websocket.w3cwebsocket as unknown as Client],
];
let calls = 0;
const ARGUMENTS: readonly (readonly [string, unknown])[] = [
  ['a text', '4000'],
  ['a fraction', 3000.7],
  ['a half', 3001.5],
  ['a bigint', 4000n],
  ['null', null],
  ['a number too large', 70000],
  ['an object', { valueOf: () => ++calls && 4001 }],
  ['an array', [4000]],
  ['a word', 'bye'],
  ['a symbol', Symbol('bye')],
];

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
let server: WsServer;
let codes: number[];
beforeEach(async () => {
  records = [];
  codes = [];
  calls = 0;
  server = await startWsServer((peer) => peer.on('close', (code) => codes.push(code)));
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(async () => {
  await handle.shutdown();
  await server.close();
});

it.each(
  ALL_CLIENTS.flatMap(([name, Client]) =>
    ARGUMENTS.filter(([what]) => !(name === 'websocket' && what === 'a number too large')).map(
      ([what, argument]) => ({ name, what, Client, argument }),
    ),
  ),
)('$name: close($what) requests the code that is sent, or none', async ({ Client, argument }) => {
  const socket = new Client(server.url);
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  let threw = false;
  try {
    socket.close(argument as number);
  } catch {
    threw = true;
  }
  const before = calls;
  // Of `ws` 7, only `terminate()` ends a socket whose `close()` threw.
  if (threw) socket.close(4999);
  if (threw) (socket as { terminate?(): void }).terminate?.();
  await closed;
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(2);
  const { requestedCode } = records.find(({ kind }) => kind === 'client') ?? {};
  if (!threw) expect(requestedCode).toBe(codes[0]);
  else expect([undefined, 4999]).toContain(requestedCode);
  expect(calls).toBe(before);
  expect(calls).toBeLessThan(2);
});

it.each(ALL_CLIENTS)(
  '%s: a code that no frame carries is not requested while it connects',
  async (_, Client) => {
    const socket = new Client(server.url);
    socket.onerror = () => {};
    (socket as { on?(type: 'error', listener: () => void): void }).on?.('error', () => {});
    try {
      socket.close('bye' as unknown as number);
    } catch {
      socket.close();
    }
    await expect.poll(() => handle.forceFlush().then(() => records.length)).toBeGreaterThan(0);
    expect(records.find(({ kind }) => kind === 'client')?.requestedCode).toBeUndefined();
  },
);
