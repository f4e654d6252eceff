import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type CloseRecord, instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer } from '../helpers/start-ws-server.ts';

const ws7: typeof WebSocket = createRequire(import.meta.url)('ws7');

let records: CloseRecord[];
let handle: NodeWebSocketHandle;
beforeEach(() => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
});
afterEach(() => handle.shutdown());
const ofClient = () => records.filter(({ kind }) => kind === 'client').map(closeLine);

describe.each([
  ['ws', WebSocket],
  ['ws7', ws7],
])('a close() of %s that throws', (_name, Client) => {
  const wrongCode = (socket: WebSocket) => socket.close(99);
  const longReason = (socket: WebSocket) => socket.close(1000, 'x'.repeat(124));

  it.each([
    { what: 'for its code, then terminate()', wrong: wrongCode, end: (s: WebSocket) => s.terminate() },
    { what: 'for its reason, then terminate()', wrong: longReason, end: (s: WebSocket) => s.terminate() },
    {
      what: 'for its reason, then close() and terminate()',
      wrong: longReason,
      end: (socket: WebSocket) => {
        socket.close();
        socket.terminate();
      },
    },
  ])('$what: the app closes', async ({ wrong, end }) => {
    const server = await startWsServer();
    const client = new Client(server.url);
    await once(client, 'open');
    expect(() => wrong(client)).toThrow();
    end(client);
    await once(client, 'close');
    await server.close();
    await handle.forceFlush();
    expect(ofClient()).toEqual(['/ client 1006 unclean local local_terminate error=local_terminate']);
  });

  it('and a peer that drops the connection: the app did not close', async () => {
    const server = await startWsServer((peer) => peer.once('message', () => peer.terminate()));
    const client = new Client(server.url);
    await once(client, 'open');
    client.send('drop me');
    expect(() => wrongCode(client)).toThrow();
    client.on('close', () => client.terminate());
    await once(client, 'close');
    await server.close();
    await handle.forceFlush();
    expect(ofClient()).toEqual(['/ client 1006 unclean none connection_lost error=connection_lost']);
  });
});
