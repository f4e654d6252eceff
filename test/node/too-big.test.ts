import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const require = createRequire(import.meta.url);
const websocket = createRequire(new URL('../libraries/package.json', import.meta.url))('websocket');
const ws7: typeof WebSocket & { Server: typeof WebSocketServer } = require('ws7');

let records: CloseRecord[];
let servers: { close(): void }[];
let handle: ReturnType<typeof instrumentWebSockets>;
beforeEach(() => {
  records = [];
  servers = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(async () => {
  for (const server of servers) server.close();
  await handle.shutdown();
});

/** What the record of each end says of a message that was too big: its cause, and size and limit in bytes. */
async function tooBig(): Promise<Record<string, unknown>> {
  await expect.poll(() => handle.forceFlush().then(() => records.length)).toBe(2);
  return Object.fromEntries(
    records.map(({ kind, cause, furtherAttributes = {} }) => {
      const of = (name: string) => furtherAttributes[`websocket.message.too_big.${name}`];
      return [kind, [cause, of('size'), of('limit')]];
    }),
  );
}

const PEER = ['message_too_big', undefined, undefined];

describe.each([
  ['ws', WebSocket, WebSocketServer],
  ['ws 7', ws7, ws7.Server],
])('%s', (name, Client, Server) => {
  async function connect(perMessageDeflate: boolean | object = false): Promise<[WebSocket, WebSocket]> {
    const server = new Server({ port: 0, host: '127.0.0.1', maxPayload: 1000, perMessageDeflate });
    const { port } = await once(server, 'listening').then(() => server.address() as AddressInfo);
    const client = new Client(`ws://127.0.0.1:${port}`, { maxPayload: 100 });
    const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
    // In `ws` 7 a server that is closed ends its connections.
    servers.push(server);
    for (const socket of [client, peer]) socket.on('error', () => {});
    return [client, peer];
  }

  it('says the size that a frame announced, and the limit of the server', async () => {
    const [client] = await connect();
    client.send('x'.repeat(2000));
    expect(await tooBig()).toEqual({ server: ['message_too_big', 2000, 1000], client: PEER });
  });

  it('says the size and the limit of the client', async () => {
    const [, peer] = await connect();
    peer.send('x'.repeat(70_000));
    expect(await tooBig()).toEqual({ client: ['message_too_big', 70_000, 100], server: PEER });
  });

  it('adds the fragments of a message', async () => {
    const [client] = await connect();
    client.send('x'.repeat(1000));
    client.send('x'.repeat(600), { fin: false });
    client.send('x'.repeat(700), { fin: true });
    expect(await tooBig()).toEqual({ server: ['message_too_big', 1300, 1000], client: PEER });
  });

  it('does not know the size of a compressed message', async () => {
    const [client] = await connect({ threshold: 0 });
    client.send('x'.repeat(50_000));
    // `ws` 7 reports the error of zlib that follows, and sends 1007.
    const lost = ['protocol_error', undefined, undefined];
    const expected = { server: ['message_too_big', undefined, 1000], client: PEER };
    expect(await tooBig()).toEqual(name === 'ws' ? expected : { server: lost, client: lost });
  });

  it('says nothing if the app itself closes with 1009', async () => {
    const [client, peer] = await connect();
    client.send('x'.repeat(1000));
    await once(peer, 'message');
    peer.close(1009);
    expect(await tooBig()).toEqual({ server: PEER, client: PEER });
  });
});

describe('websocket', () => {
  async function connect(config: object): Promise<{ send(text: string): void; drop(code: number): void }> {
    const httpServer = createServer().listen(0, '127.0.0.1');
    await once(httpServer, 'listening');
    const server = new websocket.server({
      httpServer,
      autoAcceptConnections: true,
      keepalive: false,
      ...config,
    });
    const client = new websocket.client({ fragmentationThreshold: 700 });
    client.connect(`ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}`);
    const [[peer], [connection]] = await Promise.all([once(server, 'connect'), once(client, 'connect')]);
    server.unmount();
    httpServer.close();
    return { send: (text) => connection.send(text), drop: (code) => peer.drop(code) };
  }

  it('says the size of a frame and the limit', async () => {
    const { send } = await connect({ maxReceivedFrameSize: 500 });
    send('x'.repeat(650));
    expect(await tooBig()).toEqual({ server: ['message_too_big', 650, 500], client: PEER });
  });

  it('says the size of the fragments so far and the limit', async () => {
    const { send } = await connect({ maxReceivedMessageSize: 1000 });
    send('x'.repeat(5000));
    expect(await tooBig()).toEqual({ server: ['message_too_big', 1400, 1000], client: PEER });
  });

  it('says nothing if the app itself drops with 1009', async () => {
    const { drop } = await connect({});
    drop(1009);
    expect(await tooBig()).toEqual({ server: PEER, client: PEER });
  });
});
