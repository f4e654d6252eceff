import { once } from 'node:events';
import { type ClientHttp2Stream, connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, it } from 'vitest';
import known, { type WebSocket } from 'ws';
import { hiddenWs, type WsCopy } from '../helpers/bundle-ws.ts';
import { recordLibrary } from '../helpers/record-library.ts';

/** Members of `ws` that apps use to put a WebSocket onto a stream of HTTP/2. */
interface OverStream extends WebSocket {
  _isServer: boolean;
  setSocket(stream: Duplex, head: Buffer, options: object): void;
}

function webSocketOver(stream: ServerHttp2Stream | ClientHttp2Stream, copy: WsCopy, isServer: boolean) {
  const socket = new copy(null as never, undefined as never, {}) as OverStream;
  socket._isServer = isServer;
  socket.setSocket(stream, Buffer.alloc(0), { maxPayload: 0, allowSynchronousEvents: true });
  socket.on('error', () => {});
  return socket;
}

/** Closes a WebSocket over an extended CONNECT (RFC 8441) between a server and a client of Node. */
async function closeOverHttp2(copy: WsCopy): Promise<void> {
  const server = createServer({ settings: { enableConnectProtocol: true } }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = new Promise<WebSocket>((resolve) => {
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200 });
      resolve(webSocketOver(stream, copy, true));
    });
  });
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(session, 'remoteSettings');
  const stream = session.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/http2?token=secret',
  });
  await once(stream, 'response');
  const [peer, client] = [await accepted, webSocketOver(stream, copy, false)];
  const closed = Promise.all([once(peer, 'close'), once(client, 'close')]);
  peer.close(4003, 'full');
  await closed;
  session.close();
  server.close();
}

it('a WebSocket that ws runs over HTTP/2 has one record of each end, without a URL', async () => {
  const lines = await recordLibrary(2, () => closeOverHttp2(known as unknown as WsCopy));
  expect(lines).toHaveLength(2);
  expect(lines).toContain('client 4003 clean remote remote_close reason=full');
});

it('a WebSocket that a hidden copy of ws runs over HTTP/2 has no record', async () => {
  const copy = await hiddenWs('ws');
  expect(await recordLibrary(0, () => closeOverHttp2(copy))).toEqual([]);
});
