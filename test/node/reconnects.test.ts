import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { type RestartingServer, startRestartingServer } from '../helpers/restarting-server.ts';

let receiver: OtlpReceiver;
let server: RestartingServer;
let handle: NodeWebSocketHandle;
const unclosed = new Set<WebSocket>();

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  server = await startRestartingServer();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
});
afterEach(async () => {
  // An end that comes later would be a close of the next test.
  await Promise.all([...[...unclosed].map(closed), server.close()]);
  await handle.shutdown();
  await receiver.close();
});

type Client = new (url: string) => WebSocket;

/** Resolves to the socket when it opens, and to `undefined` when its handshake fails. */
function connect(Class: Client, path = '/chat'): Promise<WebSocket | undefined> {
  const socket = new Class(server.url + path);
  unclosed.add(socket);
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', () => {
      unclosed.delete(socket);
      resolve(undefined);
    });
  });
}
async function open(Class: Client, path?: string): Promise<WebSocket> {
  const socket = await connect(Class, path);
  if (!socket) throw new Error('not opened');
  return socket;
}
function closed(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => socket.addEventListener('close', resolve));
}
/** Stops the server, and resolves when the sockets have noticed. */
async function lose(...sockets: WebSocket[]): Promise<void> {
  await Promise.all([...sockets.map(closed), server.stop()]);
}

const clients = () => receiver.spans.filter(({ kind }) => kind === 3);
const closes = () =>
  clients()
    .filter(({ name }) => name.startsWith('websocket.close'))
    .sort((a, b) => a.endTime - b.endTime);
const reconnects = () => clients().filter(({ name }) => name.startsWith('websocket.reconnect'));
/** Attributes `websocket.reconnect.*` of a span, and the cause. */
function words({ attributes, statusCode }: ReceivedSpan): string {
  const names = ['close.cause', 'reconnect.attempt', 'reconnect.attempts', 'reconnect.causes'];
  const known = names.filter((name) => attributes[`websocket.${name}`] !== undefined);
  return `${statusCode} ${known.map((name) => `${name}=${attributes[`websocket.${name}`]}`).join(' ')}`;
}
const previousOf = ({ links }: ReceivedSpan) =>
  links.find(({ attributes }) => attributes['websocket.link.type'] === 'previous_connection')?.spanId;
const downtimes = () => receiver.points.filter(({ name }) => name === 'websocket.client.reconnect.downtime');

describe.each([
  ['ws', WsWebSocket as unknown as Client],
  ['the global WebSocket', globalThis.WebSocket],
])('clients of %s', (_name, Class) => {
  it('make one chain across ten failed attempts', async () => {
    const first = await open(Class);
    await lose(first);
    for (let i = 0; i < 5; i++) expect(await connect(Class)).toBeUndefined();
    await server.start();
    server.refuseWith(503);
    for (let i = 0; i < 5; i++) expect(await connect(Class)).toBeUndefined();
    server.refuseWith(undefined);
    const back = await open(Class);
    await handle.forceFlush();
    const [outage] = reconnects() as [ReceivedSpan];
    expect(reconnects().map(words)).toEqual([
      '1 close.cause=connection_lost reconnect.attempts=11 reconnect.causes=handshake_failed,handshake_rejected',
    ]);
    const loss = closes()[0] as ReceivedSpan;
    expect(outage.startTime).toBeCloseTo(loss.endTime, 1);
    expect(previousOf(outage)).toBe(loss.spanId);
    expect(outage.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'url.path': '/chat',
      'websocket.connection.id': expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    back.close(1000);
    await closed(back);
    await handle.forceFlush();
    expect(closes().map(words)).toEqual([
      '2 close.cause=connection_lost',
      ...Array.from({ length: 5 }, (_, i) => `2 close.cause=handshake_failed reconnect.attempt=${i + 1}`),
      ...Array.from({ length: 5 }, (_, i) => `2 close.cause=handshake_rejected reconnect.attempt=${i + 6}`),
      '0 close.cause=local_close reconnect.attempt=11',
    ]);
    expect(closes().slice(1).map(previousOf)).toEqual(
      closes()
        .slice(0, -1)
        .map(({ spanId }) => spanId),
    );
    expect(outage.attributes['websocket.connection.id']).toBe(
      closes().at(-1)?.attributes['websocket.connection.id'],
    );
    expect(downtimes().at(-1)).toMatchObject({
      attributes: { 'websocket.close.cause': 'connection_lost', 'server.address': '127.0.0.1' },
    });
  });

  it('are missed from the moment at which the app gives up a dead peer', async () => {
    // The code that records is there soon after the first connection, or after the first close.
    await lose(await open(Class, '/other'));
    await handle.forceFlush();
    await server.start();
    const dead = await open(Class);
    const [peer] = [...server.peers].slice(-1);
    peer?.pause();
    const closing = closed(dead);
    dead.close(4000, 'heartbeat');
    const back = await open(Class);
    peer?.resume();
    peer?.terminate();
    await closing;
    back.close(1000);
    await closed(back);
    await handle.forceFlush();
    const [loss, end] = closes().filter(({ attributes }) => attributes['url.path'] === '/chat');
    const [outage] = reconnects();
    expect(reconnects().map(words)).toEqual(['1 close.cause=local_close reconnect.attempts=1']);
    expect(outage?.startTime).toBeCloseTo(loss?.startTime ?? 0, 1);
    expect(outage?.endTime).toBeLessThanOrEqual(loss?.endTime ?? 0);
    expect(end?.attributes['websocket.reconnect.attempt']).toBe(1);
    expect(end && previousOf(end)).toBe(loss?.spanId);
  });

  it('match several sockets to one URL first lost, first back', async () => {
    const sockets = [await open(Class), await open(Class), await open(Class)];
    const [a, b, c] = [...server.peers];
    for (const [index, peer] of [b, c, a].entries()) {
      const lost = closed(sockets[[1, 2, 0][index] as number] as WebSocket);
      peer?.terminate();
      await lost;
    }
    const back = [await open(Class), await open(Class), await open(Class)];
    await handle.forceFlush();
    const losses = closes().map(({ spanId }) => spanId);
    expect(reconnects().map(previousOf)).toEqual(losses);
    for (const socket of back) {
      socket.close();
      await closed(socket);
    }
    await handle.forceFlush();
    expect(closes().slice(3).map(previousOf)).toEqual(losses);
  });

  it('have no outage after their own normal close, and know the connection before', async () => {
    const first = await open(Class);
    first.close(1000);
    await closed(first);
    const second = await open(Class);
    second.close(1000);
    await closed(second);
    await handle.shutdown();
    expect(reconnects()).toEqual([]);
    expect(downtimes()).toEqual([]);
    expect(closes().map(words)).toEqual([
      '0 close.cause=local_close',
      '0 close.cause=local_close reconnect.attempt=1',
    ]);
  });

  it('end an outage as an error when the app shuts down meanwhile', async () => {
    const first = await open(Class);
    await lose(first);
    await connect(Class);
    await handle.shutdown();
    expect(reconnects().map(words)).toEqual([
      '2 close.cause=connection_lost reconnect.attempts=1 reconnect.causes=handshake_failed',
    ]);
    expect(reconnects()[0]?.attributes['error.type']).toBe('connection_lost');
  });

  it('are apart where their paths differ, and one chain where only their queries do', async () => {
    const first = await open(Class, '/poll?sid=1');
    const other = await open(Class, '/other');
    await lose(first, other);
    await server.start();
    await open(Class, '/poll?sid=2');
    await handle.forceFlush();
    expect(reconnects().map(({ attributes }) => attributes['url.path'])).toEqual(['/poll']);
    expect(JSON.stringify(reconnects())).not.toContain('sid');
  });
});

it('measures the downtime within the time that has passed', async () => {
  const first = await open(WsWebSocket as unknown as Client);
  const before = performance.now();
  await lose(first);
  const lostAt = performance.now();
  await server.start();
  const startedAt = performance.now();
  await open(WsWebSocket as unknown as Client);
  const after = performance.now();
  await handle.forceFlush();
  const [{ startTime, endTime }] = reconnects() as [ReceivedSpan];
  expect(endTime - startTime).toBeGreaterThanOrEqual(startedAt - lostAt - 1);
  expect(endTime - startTime).toBeLessThanOrEqual(after - before + 1);
});
