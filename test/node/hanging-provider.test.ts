import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { DiagLogLevel, diag, type TracerProvider } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

const exporter = new InMemorySpanExporter();
const sdk = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const written = () => exporter.getFinishedSpans().length;

let flush: () => Promise<void>;
const tracerProvider: TracerProvider & { forceFlush(): Promise<void>; shutdown(): Promise<void> } = {
  getTracer: (...args) => sdk.getTracer(...args),
  forceFlush: () => flush(),
  shutdown: () => new Promise(() => {}),
};
let server: WsServer;
let handle: WebSocketHandle;
let lines: string[];
beforeEach(async () => {
  exporter.reset();
  lines = [];
  const note = (...args: unknown[]) => lines.push(args.join(' '));
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  server = await startWsServer();
  handle = instrumentWebSockets({ tracerProvider });
});
afterEach(async () => {
  flush = async () => {};
  await handle.shutdown();
  await server.close();
  diag.disable();
});

/** Makes twice as many closes as connections. */
async function close(connections: number): Promise<void> {
  for (let i = 0; i < connections; i += 50) {
    await Promise.all(
      Array.from({ length: Math.min(50, connections - i) }, () => connectAndClose(server.url)),
    );
  }
}

const FLUSHES: Readonly<Record<string, () => Promise<void>>> = {
  'never ends': () => new Promise(() => {}),
  rejects: () => Promise.reject(new Error('no')),
  throws() {
    throw new Error('no');
  },
};

it('a provider of the app whose flush never ends holds back no close for long', async () => {
  flush = () => new Promise(() => {});
  await close(700);
  await expect.poll(written, { timeout: 30_000 }).toBe(1400);
  expect(lines).toEqual([
    'closespan: forceFlush() of the tracer provider hangs, closes no longer wait for it',
  ]);
  await close(700);
  await expect.poll(written, { timeout: 5000 }).toBe(2800);
});

it.each(Object.keys(FLUSHES))(
  'shutdown() ends in time and writes all closes where a flush %s',
  async (name) => {
    flush = FLUSHES[name] as () => Promise<void>;
    await close(700);
    const started = performance.now();
    await handle.shutdown({ timeout: 300 });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(written()).toBe(1400);
    expect(lines.filter((line) => line.includes('lost'))).toEqual([]);
  },
);

it.each(Object.keys(FLUSHES))('forceFlush({ timeout }) ends in time where a flush %s', async (name) => {
  flush = FLUSHES[name] as () => Promise<void>;
  await close(1);
  const started = performance.now();
  await handle.forceFlush({ timeout: 300 });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(written()).toBe(2);
});
