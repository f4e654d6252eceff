import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startPipeline } from '@closespan/browser/pipeline';
import { instrumentWebSockets, type NodeWebSocketOptions } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import {
  type MeterProvider as ApiMeterProvider,
  ROOT_CONTEXT,
  type TracerProvider,
} from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const URL_OF_SCHEMA = 'https://github.com/closespan/closespan/raw/main/schemas/0.1.0';

interface Scope {
  readonly scope?: { readonly name: string };
  readonly schemaUrl?: string;
}

let server: WsServer;
let receiver: OtlpReceiver;
let bodies: Buffer[];

beforeEach(async () => {
  bodies = [];
  server = await startWsServer();
  receiver = await startOtlpReceiver({
    status: (_path, bytes) => {
      bodies.push(bytes);
      return 200;
    },
  });
});
afterEach(() => Promise.all([server.close(), receiver.close()]));

/** Records one close of a client and one of a server. */
async function recordCloses(options: NodeWebSocketOptions): Promise<void> {
  const handle = instrumentWebSockets(options);
  const socket = new WebSocket(server.url);
  await once(socket, 'open');
  const ended = server.idle();
  socket.close(1000);
  await Promise.all([once(socket, 'close'), ended]);
  await handle.shutdown();
}

/** Schema URLs of all scopes in the bodies that arrived, one for each signal and scope. */
function arrived(): string[] {
  const scopes = bodies.flatMap((body) => {
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(String(body));
    return [
      ...resourceSpans.flatMap((each: { scopeSpans: Scope[] }) =>
        each.scopeSpans.map((scope) => ['spans', scope]),
      ),
      ...resourceMetrics.flatMap((each: { scopeMetrics: Scope[] }) =>
        each.scopeMetrics.map((scope) => ['metrics', scope]),
      ),
    ] as [string, Scope][];
  });
  return [
    ...new Set(scopes.map(([signal, { scope, schemaUrl }]) => `${signal} ${scope?.name} ${schemaUrl}`)),
  ].sort();
}

it('the schema URL is the address of a schema file of the repository', () => {
  const name = new URL(URL_OF_SCHEMA).pathname.replace('/closespan/closespan/raw/main/', '');
  const file = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  expect(file).toContain(`\nschema_url: ${URL_OF_SCHEMA}\n`);
});

describe('the built-in pipeline sends the schema URL with spans and metrics', () => {
  it.each<[string, NodeWebSocketOptions]>([
    ['by default', {}],
    ['with a closeHook', { closeHook: (_record, span) => span.setAttribute('app.user', 'u1') }],
    ['with messages and pings', { messages: true }],
  ])('%s', async (_case, options) => {
    await recordCloses({ otlp: { url: receiver.url }, ...options });
    expect(arrived()).toEqual([`metrics closespan ${URL_OF_SCHEMA}`, `spans closespan ${URL_OF_SCHEMA}`]);
  });

  it.each(['http/json', 'http/protobuf'] as const)('in a page, as %s', async (protocol) => {
    const otlp = { url: `${receiver.url}/`, protocol };
    const pipeline = await startPipeline({ otlp, store: 'memory', closeHook: () => {} });
    pipeline.tracerProvider
      ?.getTracer('closespan', '1.0.0')
      .startSpan('websocket.close', {}, ROOT_CONTEXT)
      .end();
    await pipeline.shutdown?.();
    const [body = Buffer.alloc(0)] = bodies;
    if (protocol === 'http/json') expect(arrived()).toEqual([`spans closespan ${URL_OF_SCHEMA}`]);
    // Protobuf has texts as they are.
    else expect(body.includes(URL_OF_SCHEMA)).toBe(true);
  });
});

describe('providers of the app', () => {
  it('of the SDK get the schema URL', async () => {
    const spans = new InMemorySpanExporter();
    const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const meterProvider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter: metrics })],
    });
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
    await recordCloses({ tracerProvider, meterProvider });
    await meterProvider.forceFlush();
    const scopes = [
      ...spans.getFinishedSpans().map(({ instrumentationScope }) => instrumentationScope),
      ...metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.map(({ scope }) => scope)),
    ];
    expect(scopes.length).toBeGreaterThan(2);
    expect([...new Set(scopes.map(({ schemaUrl }) => schemaUrl))]).toEqual([URL_OF_SCHEMA]);
    await meterProvider.shutdown();
  });

  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const meters = new MeterProvider();
  const spoil = (options: object | undefined) =>
    Object.assign(options ?? {}, { schemaUrl: 'https://evil.example' });

  it.each<[string, TracerProvider['getTracer'], ApiMeterProvider['getMeter']]>([
    [
      'know no third argument',
      (name, version) => provider.getTracer(name, version),
      (...args) => meters.getMeter(args[0], args[1]),
    ],
    [
      'change their third argument',
      (name, version, options) => provider.getTracer(name, version, spoil(options)),
      (name, version, options) => meters.getMeter(name, version, spoil(options)),
    ],
  ])('may %s', async (_case, getTracer, getMeter) => {
    exporter.reset();
    await recordCloses({ tracerProvider: { getTracer }, meterProvider: { getMeter } });
    expect(exporter.getFinishedSpans()).toHaveLength(2);
    await recordCloses({ otlp: { url: receiver.url } });
    expect(arrived()).toEqual([`metrics closespan ${URL_OF_SCHEMA}`, `spans closespan ${URL_OF_SCHEMA}`]);
  });
});
