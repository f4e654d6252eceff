import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer, WebSocket as Ws } from 'ws';
import { connectRaw, type RawClient } from '../helpers/raw-client.ts';

// Each end comes from this process while bytes wait, so that Node cancels their write with ECANCELED.

const require = createRequire(import.meta.url);
const COPIES: Readonly<Record<string, { Server: typeof WebSocketServer; Client: typeof Ws }>> = {
  'ws 8': { Server: WebSocketServer, Client: Ws },
  'ws 7': { Server: require('ws7').Server, Client: require('ws7') },
};
/** More than the system takes into the buffers of a TCP connection. */
const MESSAGES = 30;
const MESSAGE = Buffer.alloc(1_000_000);

let records: CloseRecord[];
let handle: ReturnType<typeof instrumentWebSockets>;
let server: Server;
let raw: RawClient | undefined;
let wires: Duplex[];
beforeEach(async () => {
  records = [];
  wires = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  raw?.tcp.destroy();
  for (const wire of wires) wire.destroy();
  server.close();
  await handle.shutdown();
});

const port = () => (server.address() as AddressInfo).port;

/** The only close of one side. */
async function close(side: 'client' | 'server'): Promise<string> {
  const ofSide = () => records.filter(({ kind }) => kind === side);
  await expect.poll(() => handle.forceFlush().then(() => ofSide().length), { timeout: 10_000 }).toBe(1);
  return ofSide().map(closeLine).join();
}

/** Sends more than the peer takes. */
function fill(socket: Pick<Ws, 'bufferedAmount'> & { send(data: Uint8Array<ArrayBuffer>): void }): void {
  for (let left = MESSAGES; left > 0; left--) socket.send(MESSAGE);
  expect(socket.bufferedAmount).toBeGreaterThan(1_000_000);
}

/** Lets a server accept clients, and read nothing of them. */
function acceptDeaf(): Promise<Ws> {
  return new Promise((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      wires.push(socket.on('error', () => {}));
      new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, (peer) => {
        socket.pause();
        resolve(peer);
      });
    });
  });
}

type Peer = Ws & { readonly _socket: Socket };
const WS_ENDS: Readonly<Record<string, (peer: Peer) => void>> = {
  'terminate()': (peer) => peer.terminate(),
  'destroy()': (peer) => void peer._socket.destroy(),
  'resetAndDestroy()': (peer) => void peer._socket.resetAndDestroy(),
  'destroy() after end()': ({ _socket }) => void _socket.end().destroy(),
};

describe.each(Object.entries(COPIES))('%s', (_name, { Server, Client }) => {
  async function accept(): Promise<[Peer, RawClient]> {
    const accepting = new Server({ server });
    const [[peer], client] = await Promise.all([once(accepting, 'connection'), connectRaw(port())]);
    raw = client;
    client.tcp.pause();
    return [peer, client];
  }

  it.each(Object.entries(WS_ENDS))('calls %s what it is', async (_what, end) => {
    const [peer] = await accept();
    fill(peer);
    end(peer);
    expect(await close('server')).toBe('/ server 1006 unclean local local_terminate error=local_terminate');
  });

  it.each(Object.entries(WS_ENDS))('calls %s after an overdue ping a ping timeout', async (_what, end) => {
    const [peer] = await accept();
    peer.ping();
    fill(peer);
    // Longer than a second, after which an unanswered ping is overdue in any case.
    await pause(1100);
    end(peer);
    expect(await close('server')).toBe('/ server 1006 unclean local ping_timeout error=ping_timeout');
  });

  it('calls terminate() after close() a close', async () => {
    const [peer] = await accept();
    fill(peer);
    peer.close(4000);
    peer.terminate();
    expect(await close('server')).toBe(
      '/ server 1006 unclean local local_close requested_code=4000 error=local_close',
    );
  });

  it('still names the error of a peer that resets the connection', async () => {
    const [peer, { tcp }] = await accept();
    fill(peer);
    tcp.resetAndDestroy();
    expect(await close('server')).toMatch(
      /^\/ server 1006 unclean none connection_reset error=(ECONNRESET|EPIPE)$/,
    );
  });

  it('calls terminate() of a client what it is', async () => {
    const deaf = acceptDeaf();
    const client = new Client(`ws://127.0.0.1:${port()}`);
    await Promise.all([once(client, 'open'), deaf]);
    fill(client);
    client.terminate();
    expect(await close('client')).toBe('/ client 1006 unclean local local_terminate error=local_terminate');
  });
});

describe.each(['undici6', 'undici7', 'undici8'])('%s', (name) => {
  it('calls an end after invalid bytes of the peer what it is', async () => {
    const deaf = acceptDeaf();
    const { WebSocket } = require(name) as { WebSocket: typeof globalThis.WebSocket };
    const socket = new WebSocket(`ws://127.0.0.1:${port()}`);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    await deaf;
    fill(socket);
    // A text frame with a reserved bit (RFC 6455 §5.2).
    wires[0]?.write(Buffer.from([0xf1, 0]));
    expect(await close('client')).toBe('/ client 1006 unclean local protocol_error error=protocol_error');
  });
});
