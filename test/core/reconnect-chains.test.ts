import { AbnormalCloseSampler, type WebSocketOptions } from '@closespan/core';
import {
  type CloseFacts,
  type Connection,
  createProcessChains,
  createQueueMemory,
  createRecorder,
  trackConnection,
} from '@closespan/core/platform';
import { createRecording } from '@closespan/core/recording';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { FACTS } from '../helpers/record-closes.ts';

const MINUTE = 60_000;
const URL = 'wss://example.com/chat';
const LOST = { code: 1006, wasClean: false };

/** Clients whose times a test sets, in milliseconds. No real process could wait for so long. */
interface Clients {
  /** Start of the tests' times, in monotonic milliseconds. */
  readonly begin: number;
  /** Loads the code that records, as platforms do soon after the first connection. */
  load(): Promise<void>;
  /** A connection that never opens. */
  fail(from: number, to: number, facts?: Partial<CloseFacts>): void;
  open(at: number, url?: string): Connection;
  close(connection: Connection, at: number, facts?: Partial<CloseFacts>): void;
  end(): boolean;
  spans(): Promise<readonly ReadableSpan[]>;
}

function startClients(
  isProcess: boolean,
  options: WebSocketOptions = {},
  ratio?: number,
  capacity?: number,
): Clients {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(ratio !== undefined && { sampler: new AbnormalCloseSampler(ratio) }),
  });
  const recorder = createRecorder(
    { tracerProvider, ...options },
    () => Promise.reject(new Error('no pipeline is needed here')),
    async () => ({
      createRecording: (settings) =>
        createRecording({
          ...settings,
          ...(capacity && { capacity }),
          ...(isProcess && { createChains: createProcessChains, memory: createQueueMemory(2 ** 27) }),
        }),
    }),
  );
  // The tests' times begin with the process.
  const begin = performance.now() - 1000 * MINUTE;
  const close: Clients['close'] = (connection, at, facts) =>
    recorder.record(connection, { ...FACTS, url: URL, ...LOST, ...facts, closedAt: begin + at });
  return {
    begin,
    async load() {
      recorder.prepare();
      await new Promise(setImmediate);
    },
    fail: (from, to, facts) => close(trackConnection(undefined, begin + from), to, facts),
    open(at, url = URL) {
      const connection = trackConnection(undefined, begin + at);
      connection.openedAt = begin + at;
      recorder.opened(connection, url);
      return connection;
    },
    close,
    end: () => recorder.recording()?.endOutages() ?? false,
    async spans() {
      await recorder.forceFlush();
      return exporter.getFinishedSpans();
    },
  };
}

const attempts = (spans: readonly ReadableSpan[]) =>
  spans.map(({ name, attributes }) => [
    name,
    attributes['websocket.reconnect.attempt'] ?? attributes['websocket.reconnect.attempts'],
  ]);

describe.each([
  ['page', false],
  ['process', true],
])('the chains of a %s', (_name, isProcess) => {
  it('go on for ten minutes, and no longer', async () => {
    const clients = startClients(isProcess);
    clients.close(clients.open(0), 1000);
    clients.fail(1000 + 10 * MINUTE, 1000 + 10 * MINUTE);
    clients.fail(1000 + 20 * MINUTE, 1000 + 20 * MINUTE);
    clients.fail(2000 + 30 * MINUTE, 2000 + 30 * MINUTE);
    expect(attempts(await clients.spans())).toEqual([
      ['websocket.close', undefined],
      ['websocket.close', 1],
      ['websocket.close', 2],
      ['websocket.close', undefined],
    ]);
  });

  it('do not join connections that overlap', async () => {
    const clients = startClients(isProcess);
    const first = clients.open(0);
    const second = clients.open(1000);
    clients.close(first, 2000);
    clients.close(second, 3000);
    clients.fail(1500, 4000);
    expect(attempts(await clients.spans()).map(([, attempt]) => attempt)).toEqual(Array(3).fill(undefined));
  });

  it('go on behind a chain that cannot go on yet', async () => {
    const clients = startClients(isProcess);
    const short = clients.open(1000);
    const long = clients.open(0);
    // A life of 4 ms may be followed 2 ms before its end, and a longer one 10 ms before.
    clients.close(short, 1004);
    clients.close(long, 1007, { errorCode: 'ECONNRESET' });
    for (const at of [996, 999, 1002]) clients.open(at);
    const reconnects = (await clients.spans()).filter(({ name }) => name === 'websocket.reconnect');
    expect(reconnects.map(({ attributes }) => attributes['websocket.close.cause'])).toEqual([
      'connection_reset',
      'connection_lost',
    ]);
  });

  it('begin with a first connection that fails, and not with one that the app gives up', async () => {
    const clients = startClients(isProcess);
    clients.fail(0, 100);
    clients.open(200);
    clients.fail(0, 100, { url: 'wss://example.com/other', initiator: 'local', cause: 'aborted_connecting' });
    clients.open(200, 'wss://example.com/other');
    const reconnects = (await clients.spans()).filter(({ name }) => name === 'websocket.reconnect');
    expect(reconnects.map(({ attributes }) => attributes['url.path'])).toEqual(['/chat']);
  });

  it('count an attempt that the app gives up as one of the outage', async () => {
    const clients = startClients(isProcess);
    clients.close(clients.open(0), 1000);
    clients.fail(2000, 3000, { initiator: 'local', cause: 'aborted_connecting' });
    clients.open(4000);
    const [reconnect] = (await clients.spans()).filter(({ name }) => name === 'websocket.reconnect');
    expect(reconnect?.attributes).toMatchObject({
      'websocket.close.cause': 'connection_lost',
      'websocket.reconnect.attempts': 2,
      'websocket.reconnect.causes': ['aborted_connecting'],
    });
  });

  it('take an outage before a normal close that was earlier', async () => {
    const clients = startClients(isProcess);
    const [normal, lost] = [clients.open(0), clients.open(0)];
    clients.close(normal, 1000, { code: 1000, wasClean: true, initiator: 'local' });
    clients.close(lost, 2000);
    clients.open(3000);
    expect((await clients.spans()).map(({ name }) => name)).toContain('websocket.reconnect');
  });

  it('have no spans of outages with reconnects: false, but attempts', async () => {
    const clients = startClients(isProcess, { reconnects: false });
    clients.close(clients.open(0), 1000);
    clients.close(clients.open(2000), 3000);
    expect(attempts(await clients.spans())).toEqual([
      ['websocket.close', undefined],
      ['websocket.close', 1],
    ]);
  });

  it('link to a close whose span was not sampled, and outages are kept', async () => {
    const clients = startClients(isProcess, {}, 0);
    clients.close(clients.open(0), 1000, { code: 1001, wasClean: true, initiator: 'remote' });
    clients.open(2000);
    const spans = await clients.spans();
    expect(spans.map(({ name }) => name)).toEqual(['websocket.reconnect']);
    expect(spans[0]?.links[0]?.context.traceFlags).toBe(0);
    expect(spans[0]?.links[0]?.attributes).toEqual({ 'websocket.link.type': 'previous_connection' });
  });

  it('end with an error if the page or process ends after an attempt, and only once', async () => {
    const clients = startClients(isProcess);
    clients.close(clients.open(1000 * MINUTE - 3000), 1000 * MINUTE - 2000);
    await clients.spans();
    expect(clients.end()).toBe(false);
    const second = startClients(isProcess);
    second.close(second.open(1000 * MINUTE - 3000), 1000 * MINUTE - 2000);
    second.fail(1000 * MINUTE - 1000, 1000 * MINUTE - 500);
    await second.spans();
    expect(second.end()).toBe(true);
    expect(second.end()).toBe(false);
    const [, , outage] = await second.spans();
    expect(outage?.status).toEqual({ code: 2 });
    // What comes back continues the chain, without a second span for one outage.
    second.close(second.open(1000 * MINUTE), 1000 * MINUTE + 1);
    const all = await second.spans();
    expect(attempts(all).slice(3)).toEqual([['websocket.close', 2]]);
  });

  /** The outages: cause, attempts, causes of the failed ones, and the second of the loss. */
  const outagesOf = async (clients: Clients) => {
    const spans = await clients.spans();
    const begin = Date.now() - performance.now() + clients.begin;
    return spans
      .filter(({ name }) => name === 'websocket.reconnect')
      .map(({ attributes, startTime: [seconds, nanos] }) => [
        attributes['websocket.close.cause'],
        attributes['websocket.reconnect.attempts'],
        attributes['websocket.reconnect.causes'],
        Math.round(seconds + nanos / 1e9 - begin / 1000),
      ]);
  };
  /** Closes a connection whose peer is dead: no Close frame comes back for 30 s. */
  const giveUp = (clients: Clients, connection: Connection, at: number) => {
    connection.closing = { at: clients.begin + at, by: 'local', code: undefined };
    return () => clients.close(connection, at + 30_000);
  };

  it('join what opens while a connection that was given up still closes', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const end = giveUp(clients, clients.open(0), 10_000);
    const back = clients.open(13_000);
    end();
    clients.close(back, 100_000);
    clients.open(101_000);
    const spans = await clients.spans();
    expect(await outagesOf(clients)).toEqual([
      ['close_timeout', 1, undefined, 10],
      ['connection_lost', 1, undefined, 100],
    ]);
    const [first, second] = spans.filter(({ name }) => name === 'websocket.close');
    expect(second?.attributes['websocket.reconnect.attempt']).toBe(1);
    expect(second?.links.map(({ context }) => context.spanId)).toEqual([first?.spanContext().spanId]);
  });

  it('join attempts that fail while a connection that was given up still closes', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const end = giveUp(clients, clients.open(0), 10_000);
    clients.fail(11_000, 15_000);
    clients.fail(16_000, 20_000);
    end();
    clients.fail(41_000, 45_000);
    clients.open(50_000);
    expect(await outagesOf(clients)).toEqual([['close_timeout', 4, ['handshake_failed'], 10]]);
  });

  it('join an attempt that the app has given up meanwhile, too', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const end = giveUp(clients, clients.open(0), 10_000);
    clients.fail(11_000, 15_000, { initiator: 'local', cause: 'aborted_connecting' });
    clients.open(16_000);
    end();
    expect(await outagesOf(clients)).toEqual([['close_timeout', 2, ['aborted_connecting'], 10]]);
  });

  it('count one outage although an attempt failed first, and no second one at the end', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const end = giveUp(clients, clients.open(0), 10_000);
    clients.fail(11_000, 15_000);
    const back = clients.open(16_000);
    end();
    clients.close(back, 100_000);
    clients.open(101_000);
    expect((await outagesOf(clients)).map(([, , , second]) => second)).toEqual([15, 100]);
  });

  it('match several that were given up at once', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const ends = [0, 1, 2].map((i) => giveUp(clients, clients.open(i), 10_000 + i));
    const other = clients.open(5);
    clients.close(other, 25_000);
    for (let i = 0; i < 3; i++) clients.open(13_000 + i);
    for (const end of ends) end();
    clients.open(61_000);
    clients.open(62_000);
    expect(await outagesOf(clients)).toEqual([
      ['close_timeout', 1, undefined, 10],
      ['close_timeout', 1, undefined, 10],
      ['close_timeout', 1, undefined, 10],
      ['connection_lost', 1, undefined, 25],
    ]);
  });

  it('keep apart what is begun at once and fails at once', async () => {
    const clients = startClients(isProcess);
    for (let i = 0; i < 3; i++) clients.fail(i / 10, 2 + i / 10);
    for (let i = 0; i < 3; i++) clients.open(1000 + i);
    const spans = await clients.spans();
    expect(attempts(spans)).toEqual([
      ...Array(3).fill(['websocket.close', undefined]),
      ...Array(3).fill(['websocket.reconnect', 1]),
    ]);
  });

  it('go on with what is begun when the one before has failed, just before its close', async () => {
    const clients = startClients(isProcess);
    clients.fail(0, 2);
    clients.fail(1.9, 4);
    clients.close(clients.open(3.8), 1000);
    clients.fail(990, 1100);
    expect(attempts(await clients.spans())).toEqual([
      ['websocket.close', undefined],
      ['websocket.close', 1],
      ['websocket.reconnect', 2],
      ['websocket.close', 2],
      ['websocket.close', 1],
    ]);
  });

  it('join nothing that was begun before, or that is of another target', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const end = giveUp(clients, clients.open(0), 10_000);
    clients.open(9000);
    clients.open(13_000, 'wss://example.com/other');
    end();
    expect(await outagesOf(clients)).toEqual([]);
    clients.open(41_000);
    expect(await outagesOf(clients)).toEqual([['close_timeout', 1, undefined, 10]]);
  });

  it('call no outage what the app closes and the peer confirms late', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const connection = clients.open(0);
    connection.closing = { at: clients.begin + 1000, by: 'local', code: 1000 };
    clients.open(1001);
    clients.close(connection, 2000, { code: 1000, wasClean: true });
    clients.open(3000);
    expect(await outagesOf(clients)).toEqual([]);
  });

  it('remember no more than a thousand targets', async () => {
    const clients = startClients(isProcess);
    for (let i = 0; i <= 1000; i++) {
      clients.close(clients.open(0, `${URL}/${i}`), 1000, { url: `${URL}/${i}` });
    }
    clients.open(2000, `${URL}/0`);
    clients.open(2000, `${URL}/1`);
    const reconnects = (await clients.spans()).filter(({ name }) => name === 'websocket.reconnect');
    expect(reconnects.map(({ attributes }) => attributes['url.path'])).toEqual(['/chat/1']);
  });

  it('take no connection for its own successor where the clock is coarse', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const connection = clients.open(0);
    connection.closing = { at: clients.begin, by: 'local', code: 4003, reason: undefined };
    clients.close(connection, 1000, { cause: 'local_close' });
    expect(attempts(await clients.spans())).toEqual([['websocket.close', undefined]]);
  });

  it('forget the causes of an outage that has ended', async () => {
    const clients = startClients(isProcess);
    await clients.load();
    const now = performance.now() - clients.begin;
    clients.close(clients.open(now - 9000), now - 8000);
    clients.fail(now - 7000, now - 7000);
    expect(clients.end()).toBe(true);
    clients.fail(now - 6000, now - 6000, { httpStatusCode: 503 });
    clients.open(now - 5000);
    const reconnects = (await clients.spans()).filter(({ name }) => name === 'websocket.reconnect');
    expect(reconnects.map(({ attributes }) => attributes['websocket.reconnect.causes'])).toEqual([
      ['handshake_failed'],
      undefined,
    ]);
  });

  it('cost no more than a record where a member of an option throws', async () => {
    const closeCodes = new Proxy<NonNullable<WebSocketOptions['closeCodes']>>(
      {},
      {
        get() {
          throw new Error('from the app');
        },
      },
    );
    const clients = startClients(isProcess, { closeCodes });
    clients.close(clients.open(0), 1000, { code: 4001, wasClean: true, initiator: 'local' });
    clients.fail(2000, 2000);
    expect(clients.end()).toBe(false);
    expect(await clients.spans()).toBeInstanceOf(Array);
  });

  it('go on although the queue is full, and drops later closes first', async () => {
    const clients = startClients(isProcess, {}, undefined, 1026);
    const busy = Array.from({ length: 1025 }, () => clients.open(0, `${URL}/other`));
    clients.close(clients.open(0), 1000);
    clients.fail(2000, 2000);
    for (const connection of busy)
      clients.close(connection, 3000, { url: `${URL}/other`, code: 1000, wasClean: true });
    expect(attempts(await clients.spans())).toEqual([
      ['websocket.close', undefined],
      ['websocket.close', 1],
      ['websocket.close', undefined],
    ]);
  });

  it('match ten thousand connections of one target that are lost at once', async () => {
    const clients = startClients(isProcess);
    const lost = Array.from({ length: 10_000 }, () => clients.open(0));
    for (const connection of lost) clients.close(connection, 1000);
    for (let i = 0; i < 10_000; i++) clients.open(2000);
    const reconnects = (await clients.spans()).filter(({ name }) => name === 'websocket.reconnect');
    expect(reconnects).toHaveLength(isProcess ? 10_000 : 1000);
  });
});
