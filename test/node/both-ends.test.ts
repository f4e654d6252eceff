import { once } from 'node:events';
import { createRequire } from 'node:module';
import { instrumentWebSockets, type NodeWebSocketOptions, type WebSocketHandle } from '@closespan/node';
import { closeLine, type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { type Context, context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { WebSocket as WebSocket6 } from 'undici6';
import { WebSocket as WebSocket7 } from 'undici7';
import { WebSocket as WebSocket8 } from 'undici8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket as Ws8 } from 'ws';
import { requestBytes } from '../helpers/request-bytes.ts';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

// The types of `ws` are those of version 8.
const require = createRequire(import.meta.url);
const Ws7: typeof Ws8 = require('ws7');

type Client = new (url: string, options?: object) => EventTarget;

const CLIENTS = [
  ['ws 8', Ws8],
  ['ws 7', Ws7],
  ['the global WebSocket', globalThis.WebSocket],
  ['undici 6', WebSocket6],
  ['undici 7', WebSocket7],
  ['undici 8', WebSocket8],
] as unknown as [string, Client][];

const tracer = new BasicTracerProvider().getTracer('app');
const W3C = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

let server: WsServer;
let receiver: OtlpReceiver;
let handle: WebSocketHandle | undefined;

beforeEach(async () => {
  [server, receiver] = await Promise.all([startWsServer(), startOtlpReceiver()]);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(async () => {
  await handle?.shutdown();
  handle = undefined;
  propagation.disable();
  context.disable();
  await Promise.all([server.close(), receiver.close()]);
});

const instrument = (options: NodeWebSocketOptions = {}) => {
  handle = instrumentWebSockets({ otlp: { url: receiver.url }, ...options });
};

/** Runs code of the app in a span, with baggage; returns the span's ids. */
async function inSpan(run: () => Promise<unknown>) {
  const span = tracer.startSpan('login');
  const baggage = propagation.createBaggage({ tenant: { value: 'blue' } });
  await context.with(propagation.setBaggage(trace.setSpan(context.active(), span), baggage), run);
  return span.spanContext();
}

/** The span of each end, as it arrived. */
async function bothEnds() {
  await server.idle();
  await handle?.forceFlush();
  expect(receiver.spans.map(({ kind }) => kind).sort()).toEqual([2, 3]);
  const [served, made] = [...receiver.spans].sort((a, b) => a.kind - b.kind);
  if (!served || !made) throw new Error('Expected a span of each end');
  return { served, made };
}

const headersOf = (request: string, name: string) =>
  request.split('\r\n').filter((line) => line.toLowerCase().startsWith(`${name}:`));
const traceparent = ({ traceId, spanId }: { traceId: string; spanId: string }) =>
  `traceparent: 00-${traceId}-${spanId}-01`;

describe.each(CLIENTS)('both ends of %s', (_name, Client) => {
  it('share the id of the connection and one trace', async () => {
    propagation.setGlobalPropagator(W3C);
    instrument({ parent: 'creation' });
    const app = await inSpan(() => connectAndClose(server.url, undefined, Client));
    const { served, made } = await bothEnds();
    for (const span of [served, made]) {
      expect(span).toMatchObject({ traceId: app.traceId, parentSpanId: app.spanId });
      expect(span.links).toMatchObject([
        { traceId: app.traceId, spanId: app.spanId, attributes: { 'websocket.link.type': 'creation' } },
      ]);
    }
    expect(served.attributes['websocket.connection.id']).toMatch(/^[0-9a-f]{16}$/);
    expect(served.attributes['websocket.connection.id']).toBe(made.attributes['websocket.connection.id']);
  });

  it('are linked to the span of the app in traces of their own by default', async () => {
    propagation.setGlobalPropagator(W3C);
    instrument();
    const app = await inSpan(() => connectAndClose(server.url, undefined, Client));
    const { served, made } = await bothEnds();
    expect(new Set([app.traceId, served.traceId, made.traceId]).size).toBe(3);
    for (const { links } of [served, made]) expect(links[0]?.spanId).toBe(app.spanId);
  });
});

describe.each(CLIENTS)('the handshake of %s', (_name, Client) => {
  const request = (options?: object) => requestBytes((url) => new Client(url, options));

  it('is the same byte for byte where no propagator is registered', async () => {
    const bare = await request();
    instrument();
    let observed = '';
    await inSpan(async () => {
      observed = await request();
    });
    expect(observed).toBe(bare);
  });

  it('carries what the propagator writes behind all other headers, and nothing else changes', async () => {
    const bare = await request();
    propagation.setGlobalPropagator(W3C);
    instrument();
    let observed = '';
    const app = await inSpan(async () => {
      observed = await request();
    });
    expect(observed.split('\r\n').filter((line) => !bare.includes(line))).toEqual([
      traceparent(app),
      'baggage: tenant=blue',
    ]);
    expect(observed.split('\r\n').filter((line) => bare.includes(line))).toEqual(bare.split('\r\n'));
  });

  it.each<[string, NodeWebSocketOptions]>([
    ['with propagateContext: false', { propagateContext: false }],
    ['of an ignored URL', { ignoreUrls: ['/chat'] }],
  ])('is left alone %s', async (_title, options) => {
    const bare = await request();
    propagation.setGlobalPropagator(W3C);
    instrument(options);
    let observed = '';
    await inSpan(async () => {
      observed = await request();
    });
    expect(observed).toBe(bare);
  });

  it('keeps a context that the app put there', async () => {
    const headers = { Traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    const bare = await request({ headers });
    propagation.setGlobalPropagator(W3C);
    instrument();
    let observed = '';
    await inSpan(async () => {
      observed = await request({ headers });
    });
    expect(headersOf(bare, 'traceparent')).toHaveLength(1);
    expect(observed).toBe(bare);
  });

  it('goes out as it would where the propagator throws', async () => {
    const bare = await request();
    propagation.setGlobalPropagator(BROKEN);
    instrument();
    expect(await request()).toBe(bare);
  });
});

const BROKEN: TextMapPropagator = {
  fields: () => ['x-broken'],
  inject() {
    throw new Error('inject is broken');
  },
  extract(): Context {
    throw new Error('extract is broken');
  },
};

describe('a server', () => {
  const connect = async (headers: Record<string, string>) => {
    const socket = new Ws8(server.url, { headers });
    await once(socket, 'open');
    socket.close(1000);
    await once(socket, 'close');
    return (await bothEnds()).served;
  };

  it.each([
    ['text', 'garbage'],
    ['zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['two in one', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01, 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`],
    ['a long one', `cc-${'a'.repeat(32)}-${'b'.repeat(16)}-01-${'c'.repeat(8000)}`],
  ])('takes nothing from a traceparent that is none: %s', async (_title, value) => {
    propagation.setGlobalPropagator(W3C);
    instrument({ parent: 'creation' });
    const span = await connect({ traceparent: value });
    expect(span.links).toEqual([]);
    expect(span.parentSpanId).toBeUndefined();
  });

  it('records as ever where the propagator throws', async () => {
    propagation.setGlobalPropagator(BROKEN);
    instrument();
    expect(closeLine(await connect({}))).toBe('/ server 1000 clean remote remote_close');
  });
});
