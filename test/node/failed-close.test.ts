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
  // After `close()` has thrown, only `ws` 8 can still send a Close frame.
  ['ws', WebSocket, 'local_close'],
  ['ws7', ws7, 'local_terminate'],
])('a close() of %s that throws', (_name, Client, causeAfterClose) => {
  const wrongCode = (socket: WebSocket) => socket.close(99);
  const longReason = (socket: WebSocket) => socket.close(1000, 'x'.repeat(124));

  it.each([
    {
      what: 'for its code, then terminate()',
      wrong: wrongCode,
      end: (socket: WebSocket) => socket.terminate(),
      cause: 'local_terminate',
    },
    {
      what: 'for its reason, then terminate()',
      wrong: longReason,
      end: (socket: WebSocket) => socket.terminate(),
      cause: 'local_terminate',
    },
    {
      what: 'for its reason, then close() and terminate()',
      wrong: longReason,
      end: (socket: WebSocket) => {
        socket.close();
        socket.terminate();
      },
      cause: causeAfterClose,
    },
  ])('$what: the app closes', async ({ wrong, end, cause }) => {
    const server = await startWsServer();
    const client = new Client(server.url);
    await once(client, 'open');
    expect(() => wrong(client)).toThrow();
    end(client);
    await once(client, 'close');
    await server.close();
    await handle.forceFlush();
    expect(ofClient()).toEqual([`/ client 1006 unclean local ${cause} error=${cause}`]);
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
