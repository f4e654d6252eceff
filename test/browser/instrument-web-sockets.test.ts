import { instrumentWebSockets, type WebSocketHandle } from '@closespan/browser';
import type { ReceivedSpan } from '@closespan/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

const peers = inject('peers');
let handle: WebSocketHandle;
let run = 0;

beforeEach(() => {
  run++;
  handle = instrumentWebSockets({ serviceName: `page-${run}`, otlp: { url: peers.otlp } });
});
afterEach(() => handle.shutdown());

/** What arrived from this test at the receiver. */
async function arrived(): Promise<ReceivedSpan[]> {
  await handle.forceFlush();
  const spans: ReceivedSpan[] = await (await fetch(`${peers.api}/spans`)).json();
  return spans.filter(({ resource }) => resource['service.name'] === `page-${run}`);
}

function end(
  url: string,
  act?: (socket: WebSocket) => void,
  now?: (socket: WebSocket) => void,
): Promise<CloseEvent> {
  const socket = new WebSocket(url);
  now?.(socket);
  return new Promise((resolve) => {
    socket.onopen = () => act?.(socket);
    socket.onclose = resolve;
  });
}

describe('each ending in a page is one span', () => {
  it.each<[string, unknown[], ((socket: WebSocket) => void)?]>([
    [
      'client/1000',
      [1000, 'Normal Closure', true, 'local', 'local_close', undefined],
      (socket) => socket.close(1000, 'done'),
    ],
    [
      'client/4001',
      [4001, 'Private use', true, 'local', 'local_close', undefined],
      (socket) => socket.close(4001, 'bye'),
    ],
    ['client', [1005, 'No Status Rcvd', true, 'local', 'local_close', undefined], (socket) => socket.close()],
    ['server/1001', [1001, 'Going Away', true, 'remote', 'remote_close', undefined]],
    ['server/1008', [1008, 'Policy Violation', true, 'remote', 'policy', 'policy']],
    ['server/1011', [1011, 'Internal Error', true, 'remote', 'server_error', 'server_error']],
    ['server/1012', [1012, 'Service Restart', true, 'remote', 'server_restart', undefined]],
    ['server/4401', [4401, 'Private use', true, 'remote', 'remote_close', undefined]],
    ['drop', [1006, 'Abnormal Closure', false, 'none', 'connection_lost', 'connection_lost']],
    ['broken', [1006, 'Abnormal Closure', false, 'unknown', 'connection_lost', 'connection_lost']],
    ['refuse/401', [1006, 'Abnormal Closure', false, 'none', 'handshake_failed', 'handshake_failed']],
  ])('%s', async (path, [code, name, clean, initiator, cause, errorType], act) => {
    const opened = performance.now();
    const event = await end(`${peers.ws}/${path}?token=secret`, act);
    const lived = performance.now() - opened;
    const spans = await arrived();
    expect(spans).toHaveLength(1);
    expect(spans[0]?.attributes).toMatchObject({
      'websocket.close.code': code,
      'websocket.close.name': name,
      'websocket.close.was_clean': clean,
      'websocket.close.initiator': initiator,
      'websocket.close.cause': cause,
      'url.full': `${peers.ws}/${path}`,
    });
    const { attributes } = spans[0] as ReceivedSpan;
    expect(attributes['error.type']).toBe(errorType);
    expect(attributes['websocket.close.reason'] ?? '').toBe(event.reason);
    expect(event).toMatchObject({ code, wasClean: clean });
    expect(Number(attributes['websocket.connection.duration'] ?? 0) * 1000).toBeLessThanOrEqual(lived);
  });

  it('nobody listening', async () => {
    await end(peers.nobody);
    const [span] = await arrived();
    expect(span?.attributes).toMatchObject({
      'error.type': 'handshake_failed',
      'websocket.handshake.succeeded': false,
    });
  });

  it.each([
    ['nobody listening', peers.nobody],
    ['a refused handshake', `${peers.ws}/refuse/401`],
  ])('%s, and a close() at the error', async (_what, url) => {
    await end(url, undefined, (socket) => {
      socket.onerror = () => socket.close();
    });
    const [span] = await arrived();
    expect(span?.attributes).toMatchObject({
      'websocket.close.initiator': 'none',
      'websocket.close.cause': 'handshake_failed',
      'error.type': 'handshake_failed',
    });
  });

  it('close() while connecting', async () => {
    await end(peers.ws, undefined, (socket) => socket.close());
    const [span] = await arrived();
    expect(span).toMatchObject({
      statusCode: 0,
      attributes: { 'websocket.close.cause': 'aborted_connecting' },
    });
  });

  it('a close() that throws is no close', async () => {
    const event = await end(peers.ws, (socket) => {
      expect(() => socket.close(1001)).toThrow(DOMException);
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close(3001);
    });
    const [span] = await arrived();
    expect(event.code).toBe(3001);
    expect(span?.attributes).not.toHaveProperty(['websocket.close.requested_code']);
  });
});

it('a closed socket that is handed in ends no more', async () => {
  const event = await end(`${peers.ws}/server/1011`);
  handle.observe(event.target as WebSocket);
  expect(await arrived()).toHaveLength(1);
  await handle.forceFlush();
  dispatchEvent(new PageTransitionEvent('pagehide'));
  dispatchEvent(new Event('visibilitychange'));
  expect(await arrived()).toHaveLength(1);
});

describe('the wrapped global', () => {
  it('looks as it did, and is put back', async () => {
    const wrapped = WebSocket;
    const during = look();
    await handle.shutdown();
    expect(WebSocket).not.toBe(wrapped);
    expect(during).toEqual(look());
  });

  it('sees nothing after shutdown, also where others have wrapped it since', async () => {
    const theirs = new Proxy(WebSocket, {});
    globalThis.WebSocket = theirs;
    await handle.shutdown();
    await end(`${peers.ws}/server/1011`);
    expect(WebSocket).toBe(theirs);
    expect(WebSocket.prototype.constructor).not.toBe(theirs);
    globalThis.WebSocket = WebSocket.prototype.constructor as typeof WebSocket;
    handle = instrumentWebSockets({ serviceName: `page-${run}`, otlp: { url: peers.otlp } });
    await end(`${peers.ws}/server/1012`);
    expect((await arrived()).map(({ attributes }) => attributes['websocket.close.code'])).toEqual([1012]);
  });

  it('sees sockets of subclasses, and with a URL object', async () => {
    class Chat extends WebSocket {}
    const socket = new Chat(new URL(`${peers.ws}/server/1012`));
    expect([socket instanceof Chat, socket instanceof WebSocket, socket.constructor === Chat]).toEqual([
      true,
      true,
      true,
    ]);
    await new Promise((resolve) => socket.addEventListener('close', resolve));
    expect(await arrived()).toHaveLength(1);
  });

  function look() {
    const socket = new WebSocket('ws://127.0.0.1:1');
    const facts = [
      WebSocket.name,
      WebSocket.length,
      String(WebSocket).includes('[native code]'),
      String(WebSocket.prototype.close).includes('[native code]'),
      Object.getOwnPropertyNames(WebSocket),
      Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')?.enumerable,
      Object.getOwnPropertyDescriptor(WebSocket.prototype, 'constructor')?.enumerable,
      WebSocket.OPEN,
      socket instanceof WebSocket,
      socket.constructor === WebSocket,
      Object.getPrototypeOf(socket) === WebSocket.prototype,
      Reflect.ownKeys(socket),
      errorOf(() => new WebSocket('ftp://x')),
      errorOf(() => Reflect.apply(WebSocket, undefined, ['ws://x'])),
      errorOf(() => Reflect.apply(WebSocket.prototype.close, {}, [])),
    ];
    return facts;
  }

  function errorOf(run: () => unknown): string {
    try {
      return String(run());
    } catch (error) {
      return String(error);
    }
  }
});
