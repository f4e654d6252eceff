import { instrumentWebSockets, type WebSocketHandle } from '@closespan/browser';
import type { ReceivedSpan } from '@closespan/testing';
import { closeLine } from '@closespan/testing/close-line';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

const peers = inject('peers');
let handle: WebSocketHandle;
let run = 0;

beforeEach(() => {
  run++;
  handle = instrumentWebSockets({ serviceName: `page-${run}`, otlp: { url: peers.otlp } });
});
afterEach(() => handle.shutdown());

/** Resolves to the spans of this test that the receiver has got. */
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
  it.each<{ line: string; name: string; act?: (socket: WebSocket) => void }>([
    {
      line: '/client/1000 client 1000 clean local local_close reason=done',
      name: 'Normal Closure',
      act: (socket) => socket.close(1000, 'done'),
    },
    {
      line: '/client/4001 client 4001 clean local local_close reason=bye',
      name: 'Private use',
      act: (socket) => socket.close(4001, 'bye'),
    },
    {
      line: '/client client 1005 clean local local_close',
      name: 'No Status Rcvd',
      act: (socket) => socket.close(),
    },
    {
      line: '/server/1001 client 1001 clean remote remote_close reason=from server',
      name: 'Going Away',
    },
    {
      line: '/server/1008 client 1008 clean remote policy reason=from server error=policy',
      name: 'Policy Violation',
    },
    {
      line: '/server/1011 client 1011 clean remote server_error reason=from server error=server_error',
      name: 'Internal Error',
    },
    {
      line: '/server/1012 client 1012 clean remote server_restart reason=from server',
      name: 'Service Restart',
    },
    {
      line: '/server/4401 client 4401 clean remote remote_close reason=from server',
      name: 'Private use',
    },
    {
      line: '/drop client 1006 unclean none connection_lost error=connection_lost',
      name: 'Abnormal Closure',
    },
    {
      line: '/broken client 1006 unclean unknown connection_lost error=connection_lost',
      name: 'Abnormal Closure',
    },
    {
      line: '/refuse/401 client 1006 unclean none handshake_failed error=handshake_failed',
      name: 'Abnormal Closure',
    },
  ])('$line', async ({ line, name, act }) => {
    const [path, , code, clean] = line.split(' ');
    const opened = performance.now();
    const event = await end(`${peers.ws}${path}?token=secret`, act);
    const lived = performance.now() - opened;
    const spans = await arrived();
    expect(spans.map(closeLine)).toEqual([line]);
    const { attributes } = spans[0] as ReceivedSpan;
    expect(attributes).toMatchObject({ 'websocket.close.name': name, 'url.full': `${peers.ws}${path}` });
    expect(attributes['websocket.close.reason'] ?? '').toBe(event.reason);
    expect(event).toMatchObject({ code: Number(code), wasClean: clean === 'clean' });
    expect(Number(attributes['websocket.connection.duration'] ?? 0) * 1000).toBeLessThanOrEqual(lived);
  });

  it('nobody listening', async () => {
    await end(`${peers.nobody}/nobody`);
    const spans = await arrived();
    expect(spans.map(closeLine)).toEqual([
      '/nobody client 1006 unclean none handshake_failed error=handshake_failed',
    ]);
    expect(spans[0]?.attributes['websocket.handshake.succeeded']).toBe(false);
  });

  it.each([
    ['nobody listening', `${peers.nobody}/failed`],
    ['a refused handshake', `${peers.ws}/refuse/401`],
  ])('%s, and a close() at the error', async (_what, url) => {
    await end(url, undefined, (socket) => {
      socket.onerror = () => socket.close();
    });
    expect((await arrived()).map(closeLine)).toEqual([
      `${new URL(url).pathname} client 1006 unclean none handshake_failed error=handshake_failed`,
    ]);
  });

  it('close() while connecting', async () => {
    await end(`${peers.ws}/abort`, undefined, (socket) => socket.close());
    expect((await arrived()).map(closeLine)).toEqual(['/abort client 1006 unclean local aborted_connecting']);
  });

  it('a close() that throws is no close', async () => {
    const event = await end(`${peers.ws}/thrown`, (socket) => {
      expect(() => socket.close(1001)).toThrow(DOMException);
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.close(3001);
    });
    expect(event.code).toBe(3001);
    expect((await arrived()).map(closeLine)).toEqual(['/thrown client 3001 clean local local_close']);
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
    expect((await arrived()).map(closeLine)).toEqual([
      '/server/1012 client 1012 clean remote server_restart reason=from server',
    ]);
  });

  it('sees sockets of a subclass whose fields stand before those of the socket', async () => {
    // As compilers write the fields `url!: string` and `readyState!: number` of a class.
    class Chat extends WebSocket {
      override url = undefined as never;
      override readyState = undefined as never;
      override protocol = undefined as never;
    }
    const socket = new Chat(`${peers.ws}/client`);
    socket.onopen = () => socket.close(4001);
    await new Promise((resolve) => socket.addEventListener('close', resolve));
    expect((await arrived()).map(closeLine)).toEqual(['/client client 4001 clean local local_close']);
  });

  it('sees sockets of a subclass whose members need private ones, and calls none of them as the socket is made', async () => {
    const calls: string[] = [];
    class Chat extends WebSocket {
      readonly #url: string;
      readonly #listeners: unknown[] = [];
      constructor(url: string) {
        super(url);
        calls.push('made');
        this.#url = url;
      }
      override get url(): string {
        return this.#url;
      }
      override get readyState(): WebSocket['readyState'] {
        return this.#url ? super.readyState : super.readyState;
      }
      override addEventListener(...args: [string, (event: Event) => void]): void {
        calls.push(args[0]);
        this.#listeners.push(args[1]);
        super.addEventListener(...args);
      }
    }
    const socket = new Chat(`${peers.ws}/client`);
    expect(Object.getPrototypeOf(socket)).toBe(Chat.prototype);
    socket.onopen = () => socket.close(4001);
    await new Promise((resolve) => socket.addEventListener('close', resolve));
    expect(calls).toEqual(['made', 'close']);
    expect((await arrived()).map(closeLine)).toEqual(['/client client 4001 clean local local_close']);
  });

  it('records a socket whose subclass lets nobody remove a listener', async () => {
    class Chat extends WebSocket {
      override removeEventListener(): void {
        throw new Error('not allowed');
      }
    }
    const socket = new Chat(`${peers.ws}/client`);
    socket.onopen = () => socket.close(4001);
    await new Promise((resolve) => socket.addEventListener('close', resolve));
    expect((await arrived()).map(closeLine)).toEqual(['/client client 4001 clean local local_close']);
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
