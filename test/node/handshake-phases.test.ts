import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { freePort } from '../helpers/free-port.ts';
import { CLIENTS, type Client } from '../helpers/web-socket-clients.ts';

const require = createRequire(import.meta.url);
const ws7 = require('ws7');
const { w3cwebsocket } = createRequire(new URL('../libraries/package.json', import.meta.url))('websocket');
const ALL: readonly [string, Client][] = [...CLIENTS, ['websocket', w3cwebsocket]];
type Lookup = (host: string, options: unknown, done: (error: Error) => void) => void;
/** Connects to a URL, and looks up names with a function. */
type Connect = (url: string, lookup?: Lookup) => WebSocket;

/** Clients that stop a handshake which takes longer than 100 ms. */
const IMPATIENT: readonly [string, Connect][] = [
  [
    'ws',
    (url, lookup) =>
      new WsWebSocket(url, { handshakeTimeout: 100, ...(lookup && { lookup }) } as object) as never,
  ],
  ['ws 7', (url, lookup) => new ws7(url, { handshakeTimeout: 100, ...(lookup && { lookup }) })],
  ...(['undici6', 'undici7', 'undici8'] as const).map((name): [string, Connect] => {
    const { Agent, WebSocket } = require(name);
    return [
      name,
      (url, lookup) =>
        new WebSocket(url, {
          dispatcher: new Agent({ connect: { timeout: 100, ...(lookup && { lookup }) } }),
        }),
    ];
  }),
];
/** Clients whose handshake the app can break off. */
const PATIENT: readonly [string, Connect][] = [
  ['ws', (url, lookup) => new WsWebSocket(url, { ...(lookup && { lookup }) } as object) as never],
  ['ws 7', (url, lookup) => new ws7(url, { ...(lookup && { lookup }) })],
  [
    'websocket',
    (url, lookup) => new w3cwebsocket(url, undefined, undefined, undefined, { ...(lookup && { lookup }) }),
  ],
];

const records: CloseRecord[] = [];
let handle: NodeWebSocketHandle;
let server: Server;
/** Port of a server that reads, and responds to nothing unless a test makes it. */
let port: number;
/** A process that listens and does not accept, with the connections that the system has taken for it. */
let deaf: { readonly process: ChildProcess; readonly port: number; readonly taken: readonly Socket[] };

beforeAll(async () => {
  const child = fork(fileURLToPath(new URL('fixtures/accept-nothing.mjs', import.meta.url)));
  const [deafPort] = await once(child, 'message');
  const taken = [connect(deafPort, '127.0.0.1'), connect(deafPort, '127.0.0.1')];
  await Promise.all(taken.map((socket) => once(socket, 'connect')));
  deaf = { process: child, port: deafPort, taken };
});
afterAll(() => {
  for (const socket of deaf.taken) socket.on('error', () => {}).destroy();
  deaf.process.kill('SIGKILL');
});
beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  records.length = 0;
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(async () => {
  await handle.shutdown();
  server.close();
});

/** Returns cause, error code and phase of the handshake of a socket, once it has failed. */
async function failureOf(socket: WebSocket): Promise<unknown[]> {
  // undici 6 fires no `close`, and the record would come a second later.
  await new Promise((resolve) => {
    socket.onerror = resolve;
  });
  await handle.shutdown();
  return recorded();
}

/** Returns cause, error code and phase of the only close. */
async function recorded(): Promise<unknown[]> {
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
  const [{ cause, errorCode, furtherAttributes } = {} as CloseRecord] = records;
  return [cause, errorCode, furtherAttributes?.['websocket.handshake.phase']];
}

describe.each(ALL)('a handshake of %s that fails', (_name, Client) => {
  it('says that TCP was refused', async () => {
    expect(await failureOf(new Client(`ws://127.0.0.1:${await freePort()}/`))).toEqual([
      'handshake_failed',
      'ECONNREFUSED',
      'tcp',
    ]);
  });

  it('says that TLS was refused', async () => {
    expect(await failureOf(new Client(`wss://127.0.0.1:${await freePort()}/`))).toEqual([
      'handshake_failed',
      'ECONNREFUSED',
      'tcp',
    ]);
  });

  it('says that the peer speaks no TLS', async () => {
    server.on('connection', (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect((await failureOf(new Client(`wss://127.0.0.1:${port}/`)))[2]).toBe('tls');
  });

  it('says that TCP was cut before TLS was done', async () => {
    server.on('connection', (socket) => socket.once('data', () => socket.destroy()));
    expect((await failureOf(new Client(`wss://127.0.0.1:${port}/`)))[2]).toBe('tls');
  });

  it('says that TCP was cut before the response', async () => {
    server.on('connection', (socket) => socket.once('data', () => socket.destroy()));
    expect((await failureOf(new Client(`ws://127.0.0.1:${port}/`)))[2]).toBe('response');
  });

  it('says nothing where a response has come', async () => {
    server.on('connection', (socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n')),
    );
    expect(await failureOf(new Client(`ws://127.0.0.1:${port}/`))).toEqual([
      'handshake_rejected',
      undefined,
      undefined,
    ]);
  });
});

describe.each([...IMPATIENT, ...PATIENT.slice(2)])('a name that %s cannot look up', (_name, begin) => {
  it('stands in the record, whatever the error', async () => {
    const lookup: Lookup = (_host, _options, done) =>
      setImmediate(done, Object.assign(new Error('no name'), { code: 'EODD' }));
    expect((await failureOf(begin('ws://chat.test/', lookup)))[2]).toBe('dns');
  });
});

describe.each(IMPATIENT)('a handshake that is too slow for %s', (name, begin) => {
  const cause = name.startsWith('ws') ? 'handshake_timeout' : 'handshake_failed';

  it('says that it waits for a name', async () => {
    expect(await failureOf(begin('ws://chat.test/', () => {}))).toEqual([cause, undefined, 'dns']);
  });

  it('says that it waits for TCP', async () => {
    expect(await failureOf(begin(`ws://127.0.0.1:${deaf.port}/`))).toEqual([cause, undefined, 'tcp']);
  });

  it('says that it waits for TCP below TLS', async () => {
    expect(await failureOf(begin(`wss://127.0.0.1:${deaf.port}/`))).toEqual([cause, undefined, 'tcp']);
  });
});

describe.each(PATIENT)('a handshake of %s that the app breaks off', (_name, begin) => {
  it('says that it waits for a name', async () => {
    let asked = () => {};
    const asks = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const socket = begin('ws://chat.test/', () => asked());
    socket.onerror = () => {};
    await asks;
    // The request gets the socket in a later turn.
    await new Promise(setImmediate);
    socket.close();
    expect(await recorded()).toEqual(['aborted_connecting', undefined, 'dns']);
  });

  it.each([
    ['ws', 'response'],
    ['wss', 'tls'],
  ])('says over %s: that it waits for %s', async (scheme, phase) => {
    const asked = once(server, 'connection').then(([peer]) => once(peer, 'data'));
    const socket = begin(`${scheme}://127.0.0.1:${port}/`);
    socket.onerror = () => {};
    await asked;
    socket.close();
    expect(await recorded()).toEqual(['aborted_connecting', undefined, phase]);
  });
});
