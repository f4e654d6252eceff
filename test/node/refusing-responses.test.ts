import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketOptions } from '@closespan/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENTS, type Client } from '../helpers/web-socket-clients.ts';

const { w3cwebsocket } = createRequire(new URL('../libraries/package.json', import.meta.url))('websocket');
const ALL: readonly [string, Client][] = [...CLIENTS, ['websocket', w3cwebsocket]];

let server: Server;
let response: string;
beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(response, 'latin1'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());

/** Returns the recorded headers of a response that refuses the handshake of a client. */
async function headersOf(
  Client: Client,
  head: readonly string[],
  options: NodeWebSocketOptions = {},
): Promise<Record<string, unknown>> {
  response = `HTTP/1.1 ${head.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
  const records: CloseRecord[] = [];
  const handle = instrumentWebSockets({
    otlp: false,
    closeHook: (record) => records.push(record),
    ...options,
  });
  const { port } = server.address() as AddressInfo;
  const socket = new Client(`ws://127.0.0.1:${port}/chat?token=secret`);
  socket.onerror = () => {};
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(1);
  await handle.shutdown();
  expect(records[0]?.cause).toBe('handshake_rejected');
  const attributes = records[0]?.furtherAttributes ?? {};
  expect(JSON.stringify(attributes)).not.toContain('secret');
  const prefix = 'http.response.header.';
  const named = Object.entries(attributes).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    named.map(([name, value]) => [name.slice(prefix.length), String(value).replaceAll(`:${port}`, '')]),
  );
}

describe.each(ALL)('a response that refuses a handshake of %s', (_name, Client) => {
  it('says who responded, what to do, and the id of the request', async () => {
    const head = [
      '503 Full',
      'SERVER: nginx/1.22.1',
      'Server: another',
      'Via: 1.1 a',
      'Via: 1.1 b',
      'Retry-After: 30',
      'Location: /busy?token=secret#secret',
      'X-Request-Id: 4bf9',
      'CF-Ray: 7d5f-FRA',
      'Set-Cookie: secret',
      'X-Secret: secret',
    ];
    expect(await headersOf(Client, head)).toEqual({
      server: 'nginx/1.22.1',
      via: '1.1 a, 1.1 b',
      'retry-after': '30',
      location: 'http://127.0.0.1/busy',
      'x-request-id': '4bf9',
      'cf-ray': '7d5f-FRA',
    });
  });

  it('is recorded in short texts without control characters', async () => {
    const long = 'x'.repeat(7000);
    const head = [
      `401 No`,
      `Server: ${long}`,
      'Via: a\u0085\u009bb\tc',
      'X-Request-Id:',
      `Location: /${long}?secret`,
    ];
    expect(await headersOf(Client, head)).toEqual({
      server: `${'x'.repeat(255)}…`,
      via: 'a b c',
      location: `http://127.0.0.1/${'x'.repeat(256 - 'http://127.0.0.1:12345/…'.length)}…`,
    });
  });

  it('has no attributes if it has none of these headers', async () => {
    expect(await headersOf(Client, ['401 No', 'X-Secret: secret'])).toEqual({});
  });
});

it('is recorded also if the app passes an object as the URL, which ws 7 keeps', async () => {
  const ws7: new (url: object) => WebSocket = createRequire(import.meta.url)('ws7');
  class ObjectClient extends ws7 {
    constructor(url: string | URL) {
      super({ toString: () => String(url) });
    }
  }
  const headers = await headersOf(ObjectClient as unknown as Client, ['302 Found', 'Location: /login']);
  expect(headers['location']).toBe('http://127.0.0.1/login');
});

describe('a redirect', () => {
  const client = CLIENTS[0]?.[1] as Client;

  it.each([
    ['wss://user:secret@example.com/chat?secret#secret', 'wss://example.com/chat'],
    ['//user:secret@example.com:99/login', 'http://example.com:99/login'],
    ['login?secret', 'http://127.0.0.1/login'],
    ['data:text/html,secret', undefined],
    ['app://secret', undefined],
    ['http://[secret', undefined],
  ])('to %s is recorded as a URL is', async (location, expected) => {
    expect((await headersOf(client, ['302 Found', `Location: ${location}`]))['location']).toBe(expected);
  });

  it('is recorded as redactUrl says', async () => {
    const redactUrl = (url: URL) => `${url.protocol}//${url.host}/…`;
    const headers = await headersOf(client, ['302 Found', 'Location: /secret'], { redactUrl });
    expect(headers['location']).toBe('http://127.0.0.1/…');
  });

  it('is recorded without its path if redactUrl throws', async () => {
    const redactUrl = () => {
      throw new Error('secret');
    };
    const headers = await headersOf(client, ['302 Found', 'Location: /secret'], { redactUrl });
    expect(headers['location']).toBe('http://127.0.0.1');
  });
});
