import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { explainClose } from '@closespan/core/explain';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.ts';
import { CLIENTS } from '../helpers/web-socket-clients.ts';

type Client = new (url: string, protocols?: string[]) => WebSocket;

const libraries = createRequire(new URL('../libraries/package.json', import.meta.url));
const OTHERS: readonly [string, Client][] = [
  ['websocket', libraries('websocket').w3cwebsocket],
  ['faye-websocket', libraries('faye-websocket').Client],
];

const UPGRADE = 'Upgrade: websocket';
const CONNECTION = 'Connection: Upgrade';
const accept = (key: string) =>
  `Sec-WebSocket-Accept: ${createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')}`;

/** What a server writes, by the path of the URL. The argument is the key of the handshake. */
const RESPONSES: Readonly<Record<string, (key: string) => string>> = {
  'no-upgrade': (key) => switching(CONNECTION, accept(key)),
  'other-upgrade': (key) => switching('Upgrade: h2c', CONNECTION, accept(key)),
  'no-connection': (key) => switching(UPGRADE, accept(key)),
  'wrong-accept': () => switching(UPGRADE, CONNECTION, accept('another key')),
  'no-accept': () => switching(UPGRADE, CONNECTION),
  'other-subprotocol': (key) => switching(UPGRADE, CONNECTION, accept(key), 'Sec-WebSocket-Protocol: b'),
  'no-subprotocol': (key) => switching(UPGRADE, CONNECTION, accept(key)),
  'other-extension': (key) => switching(UPGRADE, CONNECTION, accept(key), 'Sec-WebSocket-Extensions: odd'),
  'no-http': () => 'SSH-2.0-OpenSSH_9.2\r\n',
};

let records: CloseRecord[] = [];
let handle: NodeWebSocketHandle;
let server: Server;
beforeAll(async () => {
  server = createServer((socket) => {
    let request = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      request += bytes;
      if (!request.includes('\r\n\r\n')) return;
      const [, path = ''] = /^GET \/(\S+)/.exec(request) ?? [];
      const [, key = ''] = /sec-websocket-key: (\S+)/i.exec(request) ?? [];
      request = '';
      socket.write(RESPONSES[path]?.(key) ?? '');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(() => handle.shutdown());

function switching(...headers: readonly string[]): string {
  return `HTTP/1.1 101 Switching Protocols\r\n${headers.join('\r\n')}\r\n\r\n`;
}

/** Returns what the record of a handshake says that a server responds to in a way. */
async function failure(WebSocket: Client, path: string, protocols?: string[]): Promise<unknown[]> {
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`, protocols);
  // undici 6 fires no `close`, and the record would come a second later.
  await new Promise((resolve) => {
    socket.onerror = resolve;
  });
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
  const [{ cause, furtherAttributes: more } = {} as CloseRecord] = records;
  return [cause, more?.['websocket.handshake.invalid'], more?.['websocket.handshake.phase']];
}

/** The global `WebSocket` is tried in a process of its own, since the packages of undici give it their dispatcher. */
const ALL = [...CLIENTS.filter(([name]) => !name.startsWith('the')), ...OTHERS] as readonly [
  string,
  Client,
][];

describe.each(ALL)('%s', (name, Client) => {
  it.each([
    ['no-upgrade', 'upgrade'],
    ['other-upgrade', 'upgrade'],
    ['no-connection', 'connection'],
    ['wrong-accept', 'accept'],
    ['no-accept', 'accept'],
    ['no-http', 'http'],
  ])('says what is wrong with a response with %s', async (path, part) => {
    expect(await failure(Client, path)).toEqual(['handshake_failed', part, undefined]);
    const { sentence, next } = explainClose(records[0] as CloseRecord);
    expect(`${sentence} ${next}`).not.toMatch(/awaited|[Bb]rowser|told why/);
  });

  // The package `websocket` accepts both.
  it.skipIf(name === 'websocket').each([
    ['other-subprotocol', 'subprotocol'],
    ['other-extension', 'extensions'],
  ])('says that a server chose %s', async (path, part) => {
    expect(await failure(Client, path)).toEqual(['handshake_failed', part, undefined]);
  });

  // `faye-websocket` accepts such a response.
  it.skipIf(name === 'faye-websocket')('says that a server chose no subprotocol', async () => {
    expect(await failure(Client, 'no-subprotocol', ['a'])).toEqual([
      'handshake_failed',
      'subprotocol',
      undefined,
    ]);
  });
});

it('the global WebSocket says that it refused a response whose headers Node does not show', async () => {
  const paths = ['wrong-accept', 'other-upgrade', 'no-http'];
  const urls = paths.map((path) => `ws://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`);
  const fixture = fileURLToPath(new URL('fixtures/meet-invalid-responses.mjs', import.meta.url));
  const { stdout } = await runNode(process.execPath, [fixture, ...urls]);
  // Later versions of undici publish the headers.
  const lines = stdout.replace('"accept"', '"other"').replace('"upgrade"', '"other"');
  expect(JSON.parse(lines)).toEqual([
    ['handshake_failed', 'other', null],
    ['handshake_failed', 'other', null],
    ['handshake_failed', 'http', null],
  ]);
});
