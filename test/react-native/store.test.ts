import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectAndClose, startWsServer, type WsServer } from '../helpers/start-ws-server.ts';
import { type App, startApp } from './start-app.ts';

let server: WsServer;
let receiver: OtlpReceiver;
let status: number;

beforeEach(async () => {
  status = 503;
  server = await startWsServer((peer) => peer.close(1011));
  receiver = await startOtlpReceiver({ status: () => status });
});
afterEach(async () => {
  await server.close();
  await receiver.close();
});

/** The storage of a phone. */
function storage(isSync = false) {
  const items = new Map<string, string>();
  const done = <T>(value: T) => (isSync ? value : Promise.resolve(value));
  return {
    items,
    getItem: (key: string) => done(items.get(key) ?? null),
    setItem: (key: string, value: string) => done(void items.set(key, value)),
    removeItem: (key: string) => done(void items.delete(key)),
  };
}

type Store = NonNullable<Parameters<App['closespan']['instrumentWebSockets']>[0]>['store'] & object;

/** Starts the app, which connects some times. */
async function run(store: Store, connections: number) {
  let isKilled = false;
  const app = await startApp('0.88', 'android', {
    setTimeout: (act: () => void, millis?: number) => setTimeout(() => isKilled || act(), millis),
  });
  const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, store });
  for (let number = 0; number < connections; number++)
    await connectAndClose(`${server.url}/rooms/${number}`, () => {}, app.scope.WebSocket);
  const kill = () => {
    isKilled = true;
  };
  return { app, handle, kill };
}

const paths = () => receiver.spans.map(({ attributes }) => attributes['url.path']).sort();

it.each(['promises', 'values'])(
  'sends the closes of a killed app at its next start, once, with a storage of %s',
  async (kind) => {
    const store = storage(kind === 'values');
    const killed = await run(store, 2);
    await killed.handle.forceFlush();
    killed.kill();
    expect(store.items.size).toBeGreaterThan(1);
    status = 200;
    const next = await run(store, 0);
    // The parts that send are loaded with the first socket.
    await connectAndClose(`${server.url}/next`, () => {}, next.app.scope.WebSocket);
    await receiver.waitForSpans(3);
    await next.handle.shutdown();
    expect(paths()).toEqual(['/next', '/rooms/0', '/rooms/1']);
    expect(store.items.size).toBe(0);
    const last = await run(store, 1);
    await last.handle.shutdown();
    expect(paths()).toEqual(['/next', '/rooms/0', '/rooms/0', '/rooms/1']);
    expect(
      [...killed.app.lines, ...next.app.lines, ...last.app.lines].filter((line) => /storage/.test(line)),
    ).toEqual([]);
  },
);

it.each([
  [
    'throws',
    () => {
      throw new Error('full');
    },
  ],
  ['rejects', () => Promise.reject(new Error('full'))],
  ['holds something else', () => ({ rows: 7 })],
] as const)('keeps closes in memory if the storage %s', async (_fault, fail) => {
  const { app, handle } = await run({ getItem: fail, setItem: fail, removeItem: fail }, 2);
  await handle.forceFlush();
  status = 200;
  await handle.shutdown();
  expect(paths()).toEqual(['/rooms/0', '/rooms/1']);
  expect(app.lines.filter((line) => /storage/.test(line))).toHaveLength(1);
});

it('keeps closes in memory if the storage hangs', async () => {
  const hang = () => new Promise(() => {});
  const waits: (() => void)[] = [];
  const app = await startApp('0.88', 'android', {
    setTimeout: (act: () => void, millis = 0) =>
      millis === 5000 ? waits.push(act) : setTimeout(act, millis),
  });
  status = 200;
  const handle = app.closespan.instrumentWebSockets({
    otlp: { url: receiver.url },
    store: { getItem: hang, setItem: hang, removeItem: hang },
  });
  await connectAndClose(`${server.url}/rooms/0`, () => {}, app.scope.WebSocket);
  const flushed = handle.forceFlush();
  await expect.poll(() => waits.length).toBe(1);
  waits[0]?.();
  await flushed;
  expect(paths()).toEqual(['/rooms/0']);
  expect(app.lines.filter((line) => /storage/.test(line))).toHaveLength(1);
});

it.each([
  '{',
  'null',
  '7',
  '{"rows":{"length":9}}',
  '{"rows":[null,[],[[1,2],3],[[0,1,"a",2,1],-1],[[0,1,"b",2,1],256],[[0,1,"c",2,1],1.5]],"pause":{"since":"x"}}',
  '{"rows":[[[1,1,"a",2,1],0],[[1,1,"b",4,1],1],[[1,1,"c",9999999999,1],2]],"pause":7}',
])('starts with a storage that holds %s', async (index) => {
  const store = storage();
  const name = `closespan:${receiver.url}/v1/traces`;
  store.items.set(name, index).set(`${name}:0`, '[]').set(`${name}:1`, '[{}]');
  status = 200;
  const { app, handle } = await run(store, 1);
  await handle.shutdown();
  expect(paths()).toEqual(['/rooms/0']);
  expect(app.lines.filter((line) => /storage|threw/.test(line))).toEqual([]);
  expect(store.items.has(name)).toBe(false);
});

it.each([
  { reason: 'x', items: 257 },
  { reason: 'x'.repeat(10_000), items: 95 },
])(
  'stores at most 256 rows and 1 MiB, by reasons of $reason.length characters',
  async ({ reason, items }) => {
    const store = storage();
    const app = await startApp('0.88', 'android');
    const { native } = app.scope as unknown as { native: { webSockets: { connect: unknown } } };
    native.webSockets.connect = (_url: string, _protocols: unknown, _options: unknown, id: number) =>
      setTimeout(() => app.emit('websocketClosed', { id, code: 4000, reason }));
    const handle = app.closespan.instrumentWebSockets({ otlp: { url: receiver.url }, store });
    for (let turn = 0; turn < 300; turn++) {
      const socket = new app.scope.WebSocket(`${server.url}/rooms/${turn}`);
      await new Promise((resolve) => socket.addEventListener('close', resolve));
      await handle.forceFlush();
    }
    const sizes = [...store.items.values()].map(({ length }) => length);
    // One item lists the rows.
    expect(Math.abs(store.items.size - items)).toBeLessThanOrEqual(items === 257 ? 0 : 10);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_100_000);
  },
);

it('refuses a store without the three methods', async () => {
  const { closespan } = await startApp('0.88', 'ios');
  expect(() => closespan.instrumentWebSockets({ store: { getItem() {} } as never })).toThrow(
    'Expected `store` to be an object with getItem(), setItem() and removeItem()',
  );
});
