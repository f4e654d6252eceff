import { once } from 'node:events';
import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startWsServer, type WsServer } from '../helpers/start-ws-server.ts';

// A proxy or firewall in front of a collector does not say which span it dislikes, or that it dislikes one at all.

const RESET = 0;
let handle: WebSocketHandle;
let receiver: OtlpReceiver;
let server: WsServer;
let lines: string[];
/** HTTP status of the response to a body of spans. */
let status: (body: Buffer) => number;

beforeEach(async () => {
  // Spans go when they are flushed.
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '2147483647');
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '900');
  vi.useFakeTimers({ toFake: ['performance'] });
  lines = [];
  const note = (...args: unknown[]) => lines.push(args.join(' '));
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  receiver = await startOtlpReceiver({
    status: (path, body) => (path === '/v1/traces' ? status(body) : 200),
  });
  server = await startWsServer();
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
});
afterEach(async () => {
  await handle.shutdown();
  await server.close();
  await receiver.close();
  vi.useRealTimers();
  diag.disable();
  vi.unstubAllEnvs();
});

/** Opens clients at paths and closes them; each is two closes. */
async function closeAt(paths: readonly string[]): Promise<void> {
  for (let i = 0; i < paths.length; i += 50) {
    await Promise.all(
      paths.slice(i, i + 50).map(async (path) => {
        const client = new WebSocket(server.url + path);
        await once(client, 'open');
        client.close(1000);
        await once(client, 'close');
      }),
    );
  }
  await server.idle();
}

const paths = (count: number, name = '') => Array.from({ length: count }, (_, index) => `/${name}${index}`);
/** Hostile connections between others. */
const MIXED = paths(100).flatMap((path, index) => (index % 50 === 20 ? [path, '/hostile'] : [path]));

/** Number of different spans that arrived. */
const arrived = () => new Set(receiver.spans.map(({ spanId }) => spanId)).size;

/** Records by what became of them, as of the last export. */
const outcomes = () =>
  Object.fromEntries(
    receiver.points
      .filter(({ name }) => name === 'websocket.telemetry.records')
      .map(({ attributes, value }) => [attributes['outcome'], value]),
  );

async function flush(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await handle.forceFlush();
    vi.advanceTimersByTime(5000);
  }
}

it.each([RESET, 302, 429, 502, 503, 504])(
  'of a few strangers cost no other close where they cause %i',
  async (fault) => {
    status = (body) => (body.includes('/hostile') ? fault : 200);
    await closeAt(MIXED);
    await flush(3);
    expect(arrived()).toBe(200);
    // What others close later does not wait for them.
    await closeAt(paths(20, 'later'));
    await handle.forceFlush();
    expect(arrived()).toBe(240);
    expect(receiver.spans).toHaveLength(240);
    await handle.shutdown();
    expect(outcomes()).toMatchObject({ exported: 244, dropped: 4 });
    expect(lines.filter((line) => line.includes('closes lost'))).toEqual([
      'closespan: 4 closes lost, nothing arrives',
    ]);
  },
);

it.each([403, 406, 451, 500, 501])(
  'of a few strangers cost no other close where a firewall says %i',
  async (refusal) => {
    status = (body) => (body.includes('/hostile') ? refusal : 200);
    await closeAt(MIXED);
    await handle.forceFlush();
    expect(arrived()).toBe(200);
    expect(outcomes()).toEqual({ exported: 204, dropped: 4 });
  },
);

it('are dropped when they have failed again and again, although others arrive', async () => {
  status = (body) => (body.includes('/hostile') ? RESET : 200);
  await closeAt(MIXED);
  for (let i = 0; i < 24; i++) {
    await closeAt(['/other']);
    await flush(1);
  }
  expect(outcomes()).toMatchObject({ dropped: 4 });
  await handle.shutdown();
  expect(lines.filter((line) => line.includes('closes lost'))).toEqual([]);
});

it('alone hold nobody back, although no other waits with them', async () => {
  status = (body) => (body.includes('/hostile') ? RESET : 200);
  await closeAt(Array(50).fill('/hostile'));
  await handle.forceFlush();
  await closeAt(paths(50));
  await flush(6);
  expect(arrived()).toBe(100);
});

it.each([RESET, 413])('do not exist where a proxy limits the size of a request by %i', async (fault) => {
  status = ({ length }) => (length > 20_000 ? fault : 200);
  await closeAt(paths(250));
  await flush(3);
  expect(arrived()).toBe(500);
  expect(receiver.spans).toHaveLength(500);
  expect(outcomes()['dropped']).toBeUndefined();
});

it('are not suspected while nothing arrives, however long that is', async () => {
  status = () => RESET;
  await closeAt(MIXED);
  await flush(60);
  status = () => 200;
  await flush(2);
  expect(arrived()).toBe(204);
  expect(outcomes()['dropped']).toBeUndefined();
});

it('are not suspected where a collector fails by chance, whatever a request holds', async () => {
  let seed = 7;
  status = () => {
    seed = (seed * 48_271) % 0x7fff_ffff;
    return seed % 2 === 0 ? 200 : 302;
  };
  await closeAt(paths(20));
  await vi.waitFor(
    async () => {
      await flush(1);
      expect(arrived()).toBe(40);
    },
    { timeout: 30_000, interval: 1 },
  );
  expect(outcomes()['dropped']).toBeUndefined();
});
