import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { instrumentWebSockets, type NodeWebSocketHandle } from '@closespan/node';
import { closeLine, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import { Agent, WebSocket as UndiciWebSocket } from 'undici8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startCuttingProxy } from '../helpers/start-cutting-proxy.ts';
import { INSTALLED_PROXIES, type ProxyName, startProxy } from '../helpers/start-proxy.ts';

type Client = (url: string) => globalThis.WebSocket;

const trusting = { rejectUnauthorized: false };
const CLIENTS: Readonly<Record<string, Client>> = {
  ws: (url) => new WebSocket(url, trusting) as never,
  undici: (url) => new UndiciWebSocket(url, { dispatcher: new Agent({ connect: trusting }) }) as never,
  global: (url) => new globalThis.WebSocket(url),
};

/** Some proxies end TCP with a FIN, others with a RST. */
const LOST = expect.stringMatching(/^connection_(lost|reset)$/);

let receiver: OtlpReceiver;
let handle: NodeWebSocketHandle;
let server: WebSocketServer;
let port: number;
beforeAll(async () => {
  receiver = await startOtlpReceiver();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const http = createServer();
  server = new WebSocketServer({ server: http });
  server.on('connection', (peer) => {
    peer.on('error', () => {});
    peer.on('message', (data) => peer.send(data));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  port = (http.address() as AddressInfo).port;
  return () => void http.close();
});
afterAll(async () => {
  await handle.shutdown();
  await receiver.close();
});

/** Opens a connection, runs `act`, and resolves at its close. */
async function live(
  path: string,
  through: { readonly port: number; readonly isTls?: boolean },
  act: (socket: globalThis.WebSocket) => void = () => {},
  client: Client = CLIENTS['ws'] as Client,
): Promise<void> {
  const socket = client(`${through.isTls ? 'wss' : 'ws'}://127.0.0.1:${through.port}${path}`);
  await new Promise<void>((resolve) => {
    socket.onerror = () => {};
    socket.onclose = () => resolve();
    socket.onopen = () => act(socket);
  });
}

/** Sends a message each tenth of a second. */
function chatter(socket: globalThis.WebSocket): void {
  const sending = setInterval(() => socket.send('hello'), 100);
  const { onclose } = socket;
  socket.onclose = (event) => {
    clearInterval(sending);
    onclose?.call(socket, event);
  };
}

/** Waits for both ends of the closes at a path. */
async function spansOf(path: string, count: number): Promise<readonly ReceivedSpan[]> {
  const spans = () =>
    receiver.spans.filter(
      // Outages have spans, too, without a close code.
      ({ attributes }) => attributes['url.path'] === path && 'websocket.close.code' in attributes,
    );
  // Not `expect.poll`, which tests that run at one time cannot share.
  await new Promise<void>((resolve) => {
    const look = () => {
      if (spans().length < count) return;
      stop();
      resolve();
    };
    const stop = receiver.onSpan(look);
    look();
  });
  return spans();
}

function limitOf({ attributes }: ReceivedSpan): string {
  const { 'websocket.close.limit': limit, 'websocket.close.limit.kind': kind } = attributes;
  return [attributes['websocket.close.cause'], kind, limit].filter((part) => part !== undefined).join(' ');
}

if (INSTALLED_PROXIES.length < 2) {
  console.warn(
    `Installed proxies: ${INSTALLED_PROXIES.join(', ') || 'none'}. The tests of others are skipped.`,
  );
}

describe.each(INSTALLED_PROXIES)('a connection that %s cuts', (name: ProxyName) => {
  it.concurrent.each([
    { over: 'TCP', isTls: false, clients: ['ws', 'undici', 'global'] },
    { over: 'TLS', isTls: true, clients: ['ws', 'undici'] },
  ])('after 25 s without a byte has an idle limit at both ends, over $over', async ({ isTls, clients }) => {
    const proxy = await startProxy(name, { target: port, idle: 25, isTls });
    const through = { port: proxy.port, isTls };
    const path = `/${name}/known/${isTls}`;
    await Promise.all(
      clients.map((client) => live(path, through, (socket) => socket.send('hello'), CLIENTS[client])),
    );
    const spans = await spansOf(path, 2 * clients.length);
    await proxy.crash();
    expect(spans.map(limitOf)).toEqual(spans.map(() => 'idle_timeout idle 25'));
    for (const { attributes } of spans) {
      expect(attributes['websocket.silence.duration']).toBeCloseTo(25, 0);
      expect(attributes['websocket.idle.duration']).toBeCloseTo(25, 0);
    }
  });

  it.concurrent('after 5 s without a byte has an idle limit when three others have taught it', async () => {
    const proxy = await startProxy(name, { target: port, idle: 5 });
    const path = `/${name}/learned`;
    // Each is silent from another time on, so that the age teaches nothing.
    const delays = [0, 400, 800, 1200, 1600, 2000];
    for (const delay of delays) {
      await live(path, proxy, (socket) => setTimeout(() => socket.send('hello'), delay));
    }
    const spans = await spansOf(path, 2 * delays.length);
    await proxy.crash();
    for (const kind of [2, 3]) {
      const limits = spans.filter((span) => span.kind === kind).map(limitOf);
      expect(limits.slice(0, 3)).toEqual(Array(3).fill(LOST));
      expect(limits.at(-1)).toMatch(/^idle_timeout idle (5|5\.1|4\.9)$/);
    }
  });

  it.concurrent('by a crash has no limit, busy or silent', async () => {
    const proxy = await startProxy(name, { target: port, idle: 60 });
    const path = `/${name}/crash`;
    const closed: Promise<void>[] = [];
    for (let i = 0; i < 12; i++) {
      await new Promise<void>((resolve) => {
        const act = (socket: globalThis.WebSocket) => {
          if (i % 2) chatter(socket);
          resolve();
        };
        closed.push(live(path, proxy, act));
      });
    }
    // Long enough to be a limit, if the ends were not all at one moment.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await proxy.crash();
    await Promise.all(closed);
    const spans = await spansOf(path, 24);
    expect(spans.map(limitOf)).toEqual(spans.map(() => LOST));
  });
});

describe('a connection', () => {
  it.concurrent('that is cut at one age, however busy, has an age limit when three others have taught it', async () => {
    const proxy = await startCuttingProxy(port, 31);
    const path = '/age';
    const closed: Promise<void>[] = [];
    for (let i = 0; i < 5; i++) {
      await new Promise<void>((resolve) => {
        const act = (socket: globalThis.WebSocket) => {
          chatter(socket);
          setTimeout(resolve, 500);
        };
        closed.push(live(path, proxy, act));
      });
    }
    await Promise.all(closed);
    const spans = await spansOf(path, 10);
    proxy.close();
    for (const kind of [2, 3]) {
      const limits = spans.filter((span) => span.kind === kind).map(limitOf);
      expect(limits.slice(0, 3)).toEqual(Array(3).fill(LOST));
      expect(limits.at(-1)).toMatch(/^connection_(lost|reset) age 31$/);
    }
  });

  it.concurrent('of a script that lives for a few seconds has no limit', async () => {
    const proxy = await startCuttingProxy(port, 2.5);
    const path = '/script';
    for (let i = 0; i < 5; i++) await live(path, proxy, chatter);
    const spans = await spansOf(path, 10);
    proxy.close();
    expect(spans.map(limitOf)).toEqual(spans.map(() => LOST));
  });

  it.concurrent.each([
    { how: 'a crash', cut: (peer: WebSocket) => peer.terminate(), cause: 'connection_lost' },
    { how: '1001 to all', cut: (peer: WebSocket) => peer.close(1001), cause: 'remote_close' },
  ])('that ends by $how has no limit, although its silence fits one', async ({ how, cut, cause }) => {
    const crashing = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(crashing, 'listening');
    const path = `/storm/${cause}`;
    const closed: Promise<void>[] = [];
    // The first are silent for 25 s, the known limit. The last one talks.
    for (let i = 0; i < 12; i++) {
      const isLast = i === 11;
      await new Promise<void>((resolve) => {
        const act = (socket: globalThis.WebSocket) => {
          if (isLast) chatter(socket);
          resolve();
        };
        closed.push(live(path, { port: (crashing.address() as AddressInfo).port }, act));
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    for (const peer of crashing.clients) cut(peer);
    await Promise.all(closed);
    crashing.close();
    const spans = (await spansOf(path, 24)).filter(({ kind }) => kind === 3);
    expect(spans.map(limitOf), how).toEqual(spans.map(() => cause));
    const idle = spans.map(({ attributes }) => Math.round(Number(attributes['websocket.idle.duration'])));
    // A busy machine takes a while to open them all.
    expect(idle.filter((seconds) => seconds >= 25 && seconds <= 28)).toHaveLength(11);
  });

  it.concurrent('that the peer closes with 1001 after one silence has an idle limit, too', async () => {
    const idle = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(idle, 'listening');
    idle.on('connection', (peer) => {
      peer.on('message', () => setTimeout(() => peer.close(1001, 'idle'), 5000));
    });
    const path = '/going-away';
    for (const delay of [0, 300, 600, 900, 1200]) {
      await live(path, { port: (idle.address() as AddressInfo).port }, (socket) =>
        setTimeout(() => socket.send('hello'), delay),
      );
    }
    idle.close();
    const spans = await spansOf(path, 10);
    const [, , , , last] = spans.filter(({ kind }) => kind === 3);
    expect(last && closeLine(last)).toBe('/going-away client 1001 clean remote idle_timeout reason=idle');
    expect(last?.attributes['websocket.close.limit']).toBeCloseTo(5, 0);
    expect(spans.filter(({ kind }) => kind === 2).map(limitOf)).toEqual(Array(5).fill('local_close'));
  });
});
