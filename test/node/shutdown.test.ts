import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  instrumentWebSockets,
  type NodeWebSocketOptions,
  type WebSocketHandle,
  WebSocketInstrumentation,
  type WebSocketLike,
} from '@closespan/node';
import { closeLine, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const options: NodeWebSocketOptions = { tracerProvider, otlp: false };
const LISTENED = ['SIGTERM', 'SIGINT', 'beforeExit', 'removeListener'];
const listeners = () => LISTENED.map((name) => process.listenerCount(name));
const bare = listeners();

/** Clients of the running test. One that closes later would be recorded by the next test. */
const clients: object[] = [];
let server: WebSocketServer;
let url: string;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  const closed = [...server.clients].map((peer) => once(peer, 'close'));
  for (const peer of server.clients) peer.terminate();
  server.close();
  await Promise.all([once(server, 'close'), ...closed]);
  const isClosed = (client: object) => (client as WebSocket).readyState === WebSocket.CLOSED;
  await expect.poll(() => clients.every(isClosed)).toBe(true);
  clients.length = 0;
  await expect.poll(listeners).toEqual(bare);
  exporter.reset();
});

/** Opens clients and waits for both ends. */
async function connect<T extends EventTarget | WebSocket>(Client: new (url: string) => T): Promise<T> {
  const accepted = once(server, 'connection');
  const client = new Client(url);
  clients.push(client);
  await Promise.all([accepted, once(client as EventTarget, 'open')]);
  return client;
}

const spansOf = (kind: number) => exporter.getFinishedSpans().filter((span) => span.kind === kind);
const SERVER = 1;
const CLIENT = 2;

const LIVED = { 'websocket.handshake.succeeded': true, 'websocket.connection.duration': expect.any(Number) };

describe('a connection that is open at shutdown', () => {
  it.each([
    { name: 'ws', Client: WebSocket },
    { name: 'global WebSocket', Client: globalThis.WebSocket as unknown as typeof WebSocket },
  ])('is recorded at both ends, once, and is no error ($name)', async ({ Client }) => {
    const handle = instrumentWebSockets(options);
    const client = await connect(Client);
    await handle.shutdown();
    const closed = once(client as unknown as EventTarget, 'close');
    client.close();
    await closed;
    await handle.shutdown();
    expect(exporter.getFinishedSpans().map(closeLine).sort()).toEqual([
      '/ client 1006 unclean local process_exit synthetic',
      '/ server 1006 unclean local process_exit synthetic',
    ]);
    for (const { attributes } of exporter.getFinishedSpans()) {
      expect(attributes).toMatchObject(LIVED);
    }
  });

  it('is recorded when it was passed to observe', async () => {
    class Bundled extends EventTarget {
      readonly url = url;
      readonly readyState = 1;
      readonly protocol = '';
      readonly extensions = '';
      readonly bufferedAmount = 0;
    }
    const handle = instrumentWebSockets(options);
    handle.observe(new Bundled() as WebSocketLike);
    await handle.shutdown();
    expect(spansOf(CLIENT).map(closeLine)).toEqual(['/ client 1006 unclean local process_exit synthetic']);
    expect(spansOf(CLIENT)[0]?.attributes['websocket.handshake.succeeded']).toBe(true);
  });

  it('keeps the code that it was to be closed with, when no Close frame has come in return', async () => {
    const handle = instrumentWebSockets(options);
    const client = await connect(WebSocket);
    client.pause();
    for (const peer of server.clients) peer.close(1012, 'update');
    await handle.shutdown();
    expect(spansOf(SERVER).map(closeLine)).toEqual([
      '/ server 1006 unclean local process_exit synthetic requested_code=1012',
    ]);
    expect(spansOf(SERVER)[0]?.attributes['websocket.close.requested_reason']).toBe('update');
    expect(spansOf(SERVER)[0]?.attributes).toMatchObject(LIVED);
    client.terminate();
  });

  it('keeps what the Close frame of the peer said', async () => {
    const handle = instrumentWebSockets(options);
    const client = await connect(WebSocket);
    const [peer] = server.clients;
    // `ws` has answered the frame, and waits for the end of the TCP connection.
    const told = once((peer as WebSocket & { _receiver: NodeJS.EventEmitter })._receiver, 'conclude');
    client.close(4001, 'bye');
    await told;
    await handle.shutdown();
    expect(spansOf(SERVER).map(closeLine)).toEqual([
      '/ server 4001 clean remote remote_close synthetic reason=bye',
    ]);
  });

  it('is not recorded by disable() and setConfig(), after which it lives on', async () => {
    const instrumentation = new WebSocketInstrumentation({ ...options, enabled: true });
    const client = await connect(WebSocket);
    instrumentation.setConfig({ ...options, spanTiming: 'lifetime' });
    instrumentation.disable();
    await tracerProvider.forceFlush();
    expect(exporter.getFinishedSpans()).toHaveLength(0);
    client.terminate();
  });
});

describe('the process', () => {
  it('has no listener of ours before a connection is open, nor after shutdown', async () => {
    const handle = instrumentWebSockets(options);
    expect(listeners()).toEqual(bare);
    const client = await connect(WebSocket);
    expect(listeners()).toEqual(bare.map((count, i) => (i < 3 ? count + 1 : count)));
    await handle.shutdown();
    await expect.poll(listeners).toEqual(bare);
    client.terminate();
  });

  it.each([{ exitSignals: ['SIGHUP'] }, { exitSignals: [] }])(
    'listens for $exitSignals alone',
    async ({ exitSignals }) => {
      const counts = () => ['SIGHUP', 'SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name));
      const before = counts();
      const handle: WebSocketHandle = instrumentWebSockets({ ...options, exitSignals });
      const client = await connect(WebSocket);
      expect(counts()).toEqual(before.map((count, i) => (i < exitSignals.length ? count + 1 : count)));
      await handle.shutdown();
      client.terminate();
    },
  );
});

it.each([
  { exitTimeout: -1 },
  { exitTimeout: '5' },
  { exitTimeout: Number.NaN },
  { exitSignals: 'SIGTERM' },
  { exitSignals: ['SIGKILL'] },
  { exitSignals: ['TERM'] },
])('instrumentWebSockets refuses %o', (wrong) => {
  expect(() => instrumentWebSockets(wrong as unknown as NodeWebSocketOptions)).toThrow(TypeError);
});

it('a shutdown is one, however often an app asks for it', async () => {
  const log = vi.fn();
  diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  const receiver = await startOtlpReceiver();
  const handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  const client = await connect(WebSocket);
  client.close();
  await once(client, 'close');
  await Promise.all([handle.shutdown(), handle.forceFlush(), handle.shutdown()]);
  await handle.forceFlush();
  expect(receiver.spans.filter(({ attributes }) => attributes['url.full'] === `${url}/`)).toHaveLength(2);
  expect(log).not.toHaveBeenCalled();
  diag.disable();
  await receiver.close();
});
