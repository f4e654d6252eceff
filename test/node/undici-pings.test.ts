import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type CloseRecord, instrumentWebSockets } from '@closespan/node';
import { closeLine } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket as Peer, WebSocketServer } from 'ws';
import { endWsServer } from '../helpers/end-ws-server.ts';

interface Undici {
  readonly WebSocket: new (url: string) => WebSocket;
  ping(socket: WebSocket, payload?: Buffer): void;
}

const require = createRequire(import.meta.url);

let records: CloseRecord[];
let handle: ReturnType<typeof instrumentWebSockets>;
let server: WebSocketServer;
beforeEach(async () => {
  records = [];
  handle = instrumentWebSockets({ otlp: false, closeHook: (record) => records.push(record) });
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterEach(async () => {
  await endWsServer(server);
  await handle.shutdown();
});

async function open({ WebSocket }: Undici): Promise<[WebSocket, Peer]> {
  const connection = once(server, 'connection');
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  const [peer] = await connection;
  return [socket, peer];
}

/** The client's close, with what is known of pings. */
async function close(): Promise<string> {
  const ofClient = () => records.find(({ kind }) => kind === 'client');
  await expect.poll(() => handle.forceFlush().then(ofClient), { timeout: 10_000 }).toBeDefined();
  const { furtherAttributes: attributes = {}, ...record } = ofClient() as CloseRecord;
  const trip = attributes['websocket.ping.rtt'] === undefined ? '' : ' answered';
  return `${closeLine(record as CloseRecord)} unanswered=${attributes['websocket.ping.unanswered']}${trip}`;
}

describe.each(['undici7', 'undici8'])('%s', (name) => {
  // The first test loads the module after the call, the others find it loaded.
  it.each(['imported', 'required', 'required again'])('sees pings and pongs, %s', async (how) => {
    const undici: Undici = how === 'imported' ? await import(name) : require(name);
    const [socket, peer] = await open(undici);
    undici.ping(socket);
    await once(peer, 'ping');
    undici.ping(socket, Buffer.from('b'));
    await once(peer, 'ping');
    await pause(20);
    socket.close(4001);
    expect(await close()).toBe('/chat client 4001 clean local local_close unanswered=0 answered');
  });

  it('calls a close() that comes back in vain a ping timeout, if a ping was overdue', async () => {
    const undici: Undici = require(name);
    const [socket, peer] = await open(undici);
    peer.pause();
    undici.ping(socket);
    await pause(300);
    socket.close(4000);
    await pause(100);
    peer.terminate();
    expect(await close()).toMatch(/unclean local ping_timeout .*requested_code=4000 .*unanswered=1$/);
  });

  it('says nothing of pings where there are none', async () => {
    const [socket] = await open(require(name));
    socket.close(1000);
    expect(await close()).toBe('/chat client 1000 clean local local_close unanswered=undefined');
  });
});
