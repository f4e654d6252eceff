import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { type ClientRequest, createServer, Server } from 'node:http';
import Module from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  describeCloseCode,
  instrumentWebSockets,
  type WebSocketHandle,
  WebSocketInstrumentation,
  type WebSocketLike,
} from '@closespan/node';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { context, DiagLogLevel, diag, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer, WebSocket as WsWebSocket } from 'ws';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

let server: WsServer;
let receiver: OtlpReceiver;
let handle: WebSocketHandle | undefined;
const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeEach(async () => {
  [server, receiver] = await Promise.all([startWsServer(), startOtlpReceiver()]);
});
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  trace.disable();
  diag.disable();
  metrics.disable();
  context.disable();
  exporter.reset();
  await Promise.all([server.close(), receiver.close()]);
});

const clientSpans = () => exporter.getFinishedSpans().filter(({ kind }) => kind === 2);

describe('the provider', () => {
  it('is the one that is given', async () => {
    handle = instrumentWebSockets({ tracerProvider, otlp: { url: receiver.url } });
    await connectAndClose(server.url);
    await handle.forceFlush();
    expect(clientSpans()).toHaveLength(1);
    expect(receiver.requests).toHaveLength(0);
  });

  it('is the global one, also when it is registered after the call', async () => {
    handle = instrumentWebSockets({ otlp: { url: receiver.url } });
    trace.setGlobalTracerProvider(tracerProvider);
    await connectAndClose(server.url);
    await handle.forceFlush();
    expect(clientSpans()).toHaveLength(1);
    expect(receiver.requests).toHaveLength(0);
  });

  it('is the built-in pipeline where there is no other, for spans and metrics', async () => {
    const headers = { authorization: 'Bearer abc' };
    handle = instrumentWebSockets({ serviceName: 'chat', otlp: { url: `${receiver.url}/`, headers } });
    await connectAndClose(server.url, (socket) => socket.close(4001, 'bye'));
    await server.idle();
    await handle.shutdown();
    const { spans, points, requests } = receiver;
    expect(spans.map(closeLine).sort()).toEqual([
      '/ client 4001 clean local local_close reason=bye',
      '/ server 4001 clean remote remote_close reason=bye',
    ]);
    expect(spans[0]).toMatchObject({ resource: { 'service.name': 'chat' }, scope: { name: 'closespan' } });
    expect(points.find(({ name }) => name === 'websocket.client.closes')).toMatchObject({
      value: 1,
      unit: '{close}',
      attributes: { 'websocket.close.code': 4001 },
    });
    expect(points.find(({ name }) => name === 'websocket.client.connection.duration')?.bounds).toContain(
      86400,
    );
    expect(new Set(requests.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']));
    for (const request of requests) expect(request.headers.authorization).toBe('Bearer abc');
  });

  it('keeps the times of closes from before the pipeline was loaded', async () => {
    handle = instrumentWebSockets({ otlp: { url: receiver.url } });
    const opened = Date.now();
    await connectAndClose(server.url);
    await server.idle();
    const closed = Date.now();
    // So that the time of a later turn would be out of range; 50 ms are for clocks that differ.
    await setTimeout(100);
    await handle.forceFlush();
    expect(receiver.spans).toHaveLength(2);
    for (const { endTime } of receiver.spans) {
      expect(endTime).toBeGreaterThan(opened - 50);
      expect(endTime).toBeLessThan(closed + 50);
    }
  });

  it("goes on after an app's tests have faked its timers", async () => {
    const codes: number[] = [];
    handle = instrumentWebSockets({ otlp: false, closeHook: ({ code }) => codes.push(code) });
    vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout', 'clearTimeout'] });
    for (let i = 0; i < 5; i++) await connectAndClose(server.url);
    await server.idle();
    vi.useRealTimers();
    await handle.forceFlush();
    expect(codes).toHaveLength(10);
  });

  it('exports in no async context of the app', async () => {
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '10');
    const storage = new AsyncLocalStorage<string>();
    const stores = new Map<string, unknown>();
    const look = (message: unknown) => {
      const { path } = (message as { request: ClientRequest }).request;
      stores.set(path, storage.getStore());
    };
    subscribe('http.client.request.start', look);
    handle = instrumentWebSockets({ otlp: { url: receiver.url } });
    await storage.run('request', () => connectAndClose(server.url));
    await receiver.waitForSpans(2);
    await expect.poll(() => stores.size).toBe(2);
    expect(Object.fromEntries(stores)).toEqual({ '/v1/metrics': undefined, '/v1/traces': undefined });
    unsubscribe('http.client.request.start', look);
    vi.unstubAllEnvs();
  });

  it('is none with otlp: false, and the hook still sees each close', async () => {
    const codes: number[] = [];
    handle = instrumentWebSockets({ otlp: false, closeHook: ({ code }) => codes.push(code) });
    await connectAndClose(server.url, (socket) => socket.close(4002));
    await server.idle();
    await handle.forceFlush();
    expect(codes).toEqual([4002, 4002]);
  });

  it('comes from registerInstrumentations', async () => {
    const instrumentation = new WebSocketInstrumentation({ ignoreUrls: ['/ignored'] });
    const stop = registerInstrumentations({ instrumentations: [instrumentation], tracerProvider });
    await connectAndClose(`${server.url}/seen`);
    await connectAndClose(`${server.url}/ignored`);
    await expect.poll(() => clientSpans().map(({ attributes }) => attributes['url.path'])).toEqual(['/seen']);
    stop();
    await connectAndClose(`${server.url}/after`);
    expect(clientSpans()).toHaveLength(1);
  });
});

describe('the context of the code that connects', () => {
  const inSpan = (run: () => Promise<void>) => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const span = tracerProvider.getTracer('app').startSpan('login');
    return context.with(trace.setSpan(context.active(), span), run).then(() => span.spanContext());
  };
  const clients: [string, new (url: string) => object][] = [
    ['ws', WsWebSocket],
    ['the global WebSocket', globalThis.WebSocket],
  ];

  it.each(clients)('is a link of the span for %s', async (_name, Client) => {
    handle = instrumentWebSockets({ tracerProvider });
    const { traceId, spanId } = await inSpan(() => connectAndClose(server.url, undefined, Client));
    await handle.forceFlush();
    const [span] = clientSpans();
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.links).toMatchObject([
      { context: { traceId, spanId }, attributes: { 'websocket.link.type': 'creation' } },
    ]);
  });

  it.each(clients)('is the parent on request for %s', async (_name, Client) => {
    handle = instrumentWebSockets({ tracerProvider, parent: 'creation' });
    const { traceId, spanId } = await inSpan(() => connectAndClose(server.url, undefined, Client));
    await handle.forceFlush();
    expect(clientSpans()[0]?.spanContext().traceId).toBe(traceId);
    expect(clientSpans()[0]?.parentSpanContext?.spanId).toBe(spanId);
  });
});

describe('the handle', () => {
  it('is the same for a second call, and each close is recorded once', async () => {
    handle = instrumentWebSockets({ tracerProvider });
    expect(instrumentWebSockets()).toBe(handle);
    await connectAndClose(server.url);
    await server.idle();
    await handle.forceFlush();
    expect(exporter.getFinishedSpans()).toHaveLength(2);
  });

  it('records nothing after shutdown, and everything is as it was found', async () => {
    const patched = [
      [WsWebSocket.prototype, 'emitClose', 'setSocket', 'close', 'terminate', '_req'],
      [WebSocketServer.prototype, 'handleUpgrade', 'completeUpgrade'],
      [globalThis.WebSocket.prototype, 'close', 'constructor'],
      [Server.prototype, 'emit'],
      [Module, '_load'],
      [globalThis, 'WebSocket'],
    ] as const;
    const look = () =>
      patched.map(([owner, ...names]) => names.map((name) => Object.getOwnPropertyDescriptor(owner, name)));
    const before = look();
    handle = instrumentWebSockets({ tracerProvider });
    await connectAndClose(server.url);
    expect(look()).not.toEqual(before);
    await handle.shutdown();
    expect(look()).toEqual(before);
    exporter.reset();
    await connectAndClose(server.url);
    await connectAndClose(server.url, undefined, WsWebSocket);
    expect(exporter.getFinishedSpans()).toHaveLength(0);
  });

  it('patches a class once, however often it is required', async () => {
    handle = instrumentWebSockets({ tracerProvider });
    const { setSocket } = WsWebSocket.prototype as unknown as Record<string, unknown>;
    Module.createRequire(import.meta.url)('ws');
    expect(WsWebSocket.prototype).toHaveProperty('setSocket', setSocket);
  });

  it('starts anew after shutdown', async () => {
    await instrumentWebSockets({ tracerProvider }).shutdown();
    handle = instrumentWebSockets({ tracerProvider });
    await connectAndClose(server.url);
    await handle.forceFlush();
    expect(clientSpans()).toHaveLength(1);
  });

  it('leaves a patch of somebody else alone', async () => {
    const { close } = WsWebSocket.prototype;
    handle = instrumentWebSockets({ tracerProvider });
    const theirs = function (this: WsWebSocket, code?: number) {
      return close.call(this, code);
    };
    WsWebSocket.prototype.close = theirs;
    await handle.shutdown();
    expect(WsWebSocket.prototype.close).toBe(theirs);
    WsWebSocket.prototype.close = close;
  });

  it('observes nothing after shutdown through what others have wrapped since, and then each close once', async () => {
    const wrapped: readonly (readonly [object, string])[] = [
      [WsWebSocket.prototype, 'setSocket'],
      [WsWebSocket.prototype, 'emitClose'],
      [WebSocketServer.prototype, 'completeUpgrade'],
      [Server.prototype, 'emit'],
      [globalThis, 'WebSocket'],
      [globalThis.WebSocket.prototype, 'close'],
    ];
    const found = wrapped.map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));
    const handle = instrumentWebSockets({ tracerProvider });
    for (const [owner, name] of wrapped) Reflect.set(owner, name, new Proxy(Reflect.get(owner, name), {}));
    try {
      await handle.shutdown();
      for (const Client of [globalThis.WebSocket, WsWebSocket]) {
        await connectAndClose(server.url, undefined, Client);
      }
      await server.idle();
      expect(exporter.getFinishedSpans()).toEqual([]);
      const again = instrumentWebSockets({ tracerProvider });
      await connectAndClose(server.url, undefined, WsWebSocket);
      await server.idle();
      await again.shutdown();
      expect(exporter.getFinishedSpans()).toHaveLength(2);
    } finally {
      wrapped.forEach(([owner, name], index) => {
        const descriptor = found[index];
        if (descriptor) Object.defineProperty(owner, name, descriptor);
        else Reflect.deleteProperty(owner, name);
      });
    }
  });

  it.each([null, undefined, 5, {}, new EventEmitter()])(
    'throws nothing where it is to observe %o',
    async (thing) => {
      const error = vi.fn();
      diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
      handle = instrumentWebSockets({ tracerProvider });
      handle.observe(thing as WebSocketLike);
      expect(error).toHaveBeenCalledExactlyOnceWith('closespan: observe threw', expect.any(TypeError));
      await handle.shutdown();
      expect(exporter.getFinishedSpans()).toEqual([]);
    },
  );

  it('observes an explicit socket of a copy that cannot be found, and no socket twice', async () => {
    handle = instrumentWebSockets({ tracerProvider });
    // The fake is a bundled copy's socket: nothing of it is reachable but the object itself.
    const socket = Object.assign(new EventTarget(), {
      url: 'ws://127.0.0.1/bundled',
      readyState: 0,
      protocol: '',
      extensions: '',
      bufferedAmount: 0,
    });
    handle.observe(socket);
    handle.observe(socket);
    socket.dispatchEvent(new Event('open'));
    socket.dispatchEvent(Object.assign(new Event('close'), { code: 1011, reason: 'no', wasClean: true }));
    socket.dispatchEvent(Object.assign(new Event('close'), { code: 1011, reason: 'no', wasClean: true }));
    const found = new WsWebSocket(server.url);
    handle.observe(found);
    await new Promise((resolve) => found.on('open', () => found.close()).on('close', resolve));
    await handle.forceFlush();
    // Nobody saw whether the app called `close()` of the bundled copy.
    expect(clientSpans().map(closeLine).sort()).toEqual([
      '/ client 1005 clean local local_close',
      '/bundled client 1011 clean unknown server_error reason=no error=server_error',
    ]);
  });

  it.each([
    ['ws', WsWebSocket],
    ['the global WebSocket', globalThis.WebSocket],
  ])('records a socket from before the call once, also when it is passed: %s', async (_name, Client) => {
    const socket = new Client(server.url) as WebSocket;
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    handle = instrumentWebSockets({ tracerProvider });
    handle.observe(socket);
    socket.close(4001);
    await new Promise((resolve) => socket.addEventListener('close', resolve));
    await handle.forceFlush();
    expect(clientSpans().map(closeLine)).toEqual(['/ client 4001 clean local local_close']);
  });

  it('knows the response to a ws handshake from before the call', async () => {
    const refusing = createServer().on('upgrade', (_request, socket) =>
      socket.end('HTTP/1.1 403 No\r\n\r\n'),
    );
    await once(refusing.listen(0, '127.0.0.1'), 'listening');
    const socket = new WsWebSocket(`ws://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
    handle = instrumentWebSockets({ tracerProvider });
    await new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
    await handle.forceFlush();
    refusing.close();
    expect(clientSpans().map(closeLine)).toEqual([
      '/ client 1006 unclean none handshake_rejected status=403 error=403',
    ]);
  });

  it('knows who closed a ws socket from before the call', async () => {
    const socket = new WsWebSocket(server.url);
    await new Promise((resolve) => socket.on('open', resolve));
    handle = instrumentWebSockets({ tracerProvider });
    socket.close(4001);
    await new Promise((resolve) => socket.on('close', resolve));
    await server.idle();
    await handle.forceFlush();
    // The upgrade request, which names the path, came before the call.
    expect(exporter.getFinishedSpans().map(closeLine).sort()).toEqual([
      '/ client 4001 clean local local_close',
      'server 4001 clean remote remote_close',
    ]);
  });
});

it('re-exports what users name', () => {
  expect(describeCloseCode(1006).name).toBe('Abnormal Closure');
});
