import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WORKERD } from '../helpers/runtimes.ts';
import { startWorkerd, type Workerd } from '../helpers/start-workerd.ts';

const program = fileURLToPath(new URL('fixtures/connect-and-serve-on-workerd.mjs', import.meta.url));

describe.skipIf(!WORKERD)('in workerd', () => {
  const server = createServer();
  const peers = new WebSocketServer({ noServer: true });
  let receiver: OtlpReceiver;
  let workerd: Workerd;
  let target: string;

  beforeAll(async () => {
    server.on('upgrade', (request, socket, head) => {
      const [, what, code] = (request.url ?? '').split(/[/?]/);
      if (what === 'refuse') {
        socket.end(`HTTP/1.1 ${code} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
        return;
      }
      peers.handleUpgrade(request, socket, head, (peer) => {
        peer.on('error', () => {});
        if (what === 'server') peer.close(Number(code), 'from server');
        if (what === 'drop') socket.destroy();
        if (what === 'broken') socket.write(Buffer.from([0xff, 0x00]));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    target = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    receiver = await startOtlpReceiver();
    workerd = await startWorkerd(WORKERD ?? '', program, { OTLP: receiver.url });
  });
  afterAll(async () => {
    await workerd?.stop();
    await receiver?.close();
    server.closeAllConnections();
    server.close();
  });

  /** Closes of one path that have arrived. */
  const closes = (path: string) =>
    receiver.spans.map(closeLine).filter((line) => line.startsWith(`${path} `));

  it.each([
    {
      path: '/client',
      code: 4001,
      expected: 'client 4001 clean local local_close reason=bye',
      last: 'close',
    },
    // An `error` follows a close that the server began.
    {
      path: '/server/1011',
      expected: 'client 1011 clean remote server_error reason=from server error=server_error',
      last: 'error',
    },
    {
      path: '/server/4401',
      expected: 'client 4401 clean remote remote_close reason=from server',
      last: 'error',
    },
    {
      path: '/drop',
      expected: 'client 1006 unclean none connection_lost error=connection_lost',
      last: 'close',
    },
    {
      path: '/refuse/401',
      expected: 'client 1006 unclean none handshake_rejected status=401 error=401',
      last: 'close',
    },
    // No `close` follows the `error`.
    {
      path: '/broken',
      expected: 'client 1006 unclean unknown protocol_error synthetic error=protocol_error',
      last: 'error',
    },
  ])('records $path once', async ({ path, code = 0, expected, last }) => {
    const url = encodeURIComponent(`${target}${path}?token=secret`);
    const response = await fetch(`${workerd.url}/?target=${url}&code=${code}`);
    const seen = (await response.json()) as unknown[][];
    expect(seen.at(-1)?.[0]).toBe(last);
    expect(closes(path)).toEqual([`${path} ${expected}`]);
    const span = receiver.spans.find(({ attributes }) => attributes['url.path'] === path);
    expect(span?.resource).toMatchObject({ 'service.name': 'worker' });
    expect(JSON.stringify(span)).not.toContain('secret');
  });

  it.each([
    { path: '/chat/client', expected: 'server 4003 clean remote remote_close reason=bye' },
    { path: '/chat/server', expected: 'server 4002 clean local local_close reason=from worker' },
    { path: '/chat/drop', expected: 'server 1006 unclean none connection_lost error=connection_lost' },
  ])('records the end of a WebSocketPair that is passed to observe: $path', async ({ path, expected }) => {
    const socket = new WebSocket(`${workerd.url.replace('http', 'ws')}${path}?token=secret`);
    await once(socket, 'open');
    if (path === '/chat/client') socket.close(4003, 'bye');
    if (path === '/chat/server') socket.send('4002');
    if (path === '/chat/drop') socket.terminate();
    await expect.poll(() => closes(path)).toEqual([`${path} ${expected}`]);
  });

  it('counts the messages of clients and of a WebSocketPair, with the option messages', () => {
    const countsOf = (path: string) => {
      const { attributes = {} } =
        receiver.spans.find(({ attributes }) => attributes['url.path'] === path) ?? {};
      const { 'websocket.message.received.size': received, 'websocket.message.sent.size': sent } = attributes;
      return { received, sent, silence: typeof attributes['websocket.silence.duration'] };
    };
    expect(countsOf('/client')).toEqual({ received: 0, sent: 3, silence: 'number' });
    expect(countsOf('/chat/server')).toEqual({ received: 4, sent: 0, silence: 'number' });
    expect(countsOf('/refuse/401')).toEqual({ received: undefined, sent: undefined, silence: 'undefined' });
  });

  it('records connections of requests that overlap, each once', async () => {
    const sockets = Array.from(
      { length: 8 },
      () => new WebSocket(`${workerd.url.replace('http', 'ws')}/many`),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    for (const socket of sockets) socket.close(4004);
    await expect.poll(() => closes('/many')).toHaveLength(8);
  });
});
