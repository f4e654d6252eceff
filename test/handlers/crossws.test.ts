import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloseRecord } from '@closespan/core';
import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { createNodeWebSocket } from '@hono/node-ws';
import { defineHooks, type Hooks, type Peer } from 'crossws';
import crossws from 'crossws/adapters/node';
import vercel from 'crossws/adapters/vercel';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

let handle: NodeWebSocketHandle;
let http: Server;
let url: string;
let records: CloseRecord[];
let hooked: (object | undefined)[];
beforeEach(async () => {
  records = [];
  hooked = [];
  start();
  http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await handle.shutdown();
  http.closeAllConnections();
  http.close();
});

function start(options: { wire?: boolean } = {}): void {
  handle = instrumentWebSockets({
    ...options,
    otlp: false,
    ignoreUrls: ['/ignored'],
    closeHook(record, _span, socket) {
      if (record.kind !== 'server') return;
      records.push(record);
      hooked.push(socket);
    },
  });
}

async function end(path: string, act: (client: WebSocket) => void): Promise<void> {
  const client = new WebSocket(url + path);
  client.on('error', () => {});
  client.on('open', () => act(client));
  await once(client, 'close');
}

async function lines(): Promise<string[]> {
  await handle.forceFlush();
  return records.map(closeLine);
}

const ENDINGS: [string, (client: WebSocket) => void][] = [
  ['/peer', (client) => client.send('4000 from peer')],
  ['/terminate', (client) => client.send('terminate')],
  ['/client', (client) => client.close(4001, 'bye')],
  ['/drop', (client) => client.terminate()],
];
const EXPECTED = [
  '/client server 4001 clean remote remote_close reason=bye',
  '/drop server 1006 unclean none connection_lost error=connection_lost',
  '/peer server 4000 clean local local_close reason=from peer',
  '/terminate server 1006 unclean local local_terminate error=local_terminate',
];

describe('crossws on Node, which has a copy of ws of its own', () => {
  let peers: Peer[];
  const HOOKS: Partial<Hooks> = {
    open(peer) {
      peers.push(peer);
      handle.note(peer, { attributes: { 'app.id': handle.connectionIdOf(peer) ?? '' } });
    },
    message(peer, message) {
      const [code, ...reason] = message.text().split(' ');
      if (code === 'terminate') peer.terminate();
      else peer.close(Number(code), reason.join(' '));
    },
  };
  function serve(options: Parameters<typeof crossws>[0]): void {
    peers = [];
    const { handleUpgrade } = crossws(options);
    http.on('upgrade', (...upgrade) => void handleUpgrade(...upgrade));
  }

  it.each([
    ['hooks', () => serve({ hooks: handle.observeHandlers(defineHooks({ ...HOOKS })) })],
    [
      'hooks that resolve to others',
      () => serve({ resolve: async () => handle.observeHandlers({ ...HOOKS }) }),
    ],
    [
      'an object with resolve',
      () => serve(handle.observeHandlers({ resolve: () => Object.freeze({ ...HOOKS }) })),
    ],
    [
      'hooks, while streams are not looked at',
      async () => {
        await handle.shutdown();
        start({ wire: false });
        serve({ hooks: handle.observeHandlers({ ...HOOKS }) });
      },
    ],
    [
      'hooks, in a function of Vercel',
      () => {
        peers = [];
        const { handleWebUpgrade } = vercel({ hooks: handle.observeHandlers({ ...HOOKS }) });
        http.on('upgrade', (req, socket, head) => {
          const context = { upgradeWebSocket: () => ({ req, socket, head }) };
          Reflect.set(globalThis, Symbol.for('@vercel/request-context'), { get: () => context });
          const { headers } = req;
          void handleWebUpgrade(new Request(`http://localhost${req.url}`, { headers: headers as never }));
        });
      },
    ],
    [
      'both, and so each connection twice',
      () => {
        const hooks = handle.observeHandlers({ ...HOOKS });
        serve({ hooks: handle.observeHandlers({ upgrade() {} }), resolve: () => hooks });
      },
    ],
  ])('records each end once, through %s', async (_name, begin) => {
    await begin();
    for (const [path, act] of ENDINGS) await end(path, act);
    await expect.poll(async () => (await lines()).sort()).toEqual(EXPECTED);
    expect(new Set(hooked)).toEqual(new Set(peers));
    for (const record of records) {
      expect(record.connectionDuration).toBeGreaterThan(0);
      expect(record.furtherAttributes?.['app.id']).toBe(record.connectionId);
    }
  });

  it('gives both ends one id', async () => {
    serve({ hooks: handle.observeHandlers({ open() {} }) });
    const client = new WebSocket(`${url}/id?token=secret`);
    await once(client, 'open');
    const id = handle.connectionIdOf(client);
    client.close();
    await once(client, 'close');
    await expect.poll(lines).toEqual(['/id server 1005 clean remote remote_close']);
    expect(records[0]?.connectionId).toBe(id);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it('leaves out ignored URLs', async () => {
    serve({ hooks: handle.observeHandlers({ message() {} }) });
    await end('/ignored', (client) => client.close());
    await end('/seen', (client) => client.close());
    await expect.poll(lines).toEqual(['/seen server 1005 clean remote remote_close']);
  });
});

it('Hono on Node has the records of ws, once, and notes on its own objects', async () => {
  const app = new Hono();
  const { injectWebSocket, upgradeWebSocket } = createNodeWebSocket({ app });
  let socket: object | undefined;
  app.get(
    '/*',
    upgradeWebSocket((context) =>
      handle.observeHandlers(
        {
          onOpen(_event, opened) {
            socket = opened;
            handle.note(opened, { attributes: { 'app.room': 'lobby' } });
          },
          onMessage({ data }, { close, raw }) {
            if (data === 'terminate') raw?.terminate();
            else close(4000, 'from peer');
          },
        },
        { url: context.req.url },
      ),
    ),
  );
  injectWebSocket(http);
  for (const [path, act] of ENDINGS) await end(path, act);
  await expect.poll(async () => (await lines()).sort()).toEqual(EXPECTED);
  expect(hooked).toContain(socket);
  expect(records.map(({ furtherAttributes }) => furtherAttributes?.['app.room'])).toEqual(
    records.map(() => 'lobby'),
  );
});
