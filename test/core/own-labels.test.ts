import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, expect, it, vi } from 'vitest';
import { recordCloses } from '../helpers/record-closes.ts';

const error = vi.fn();
afterEach(() => {
  diag.disable();
  vi.clearAllMocks();
});

const CLOSES = 'websocket.client.closes';

it('labels of the app join the counter of closes, and no other metric', async () => {
  const { points } = await recordCloses([{}, {}], {
    metricAttributes: ({ kind }) => ({ 'app.kind': kind, paid: true }),
  });
  expect(points[CLOSES]).toMatchObject([{ attributes: { 'app.kind': 'client', paid: true }, value: 2 }]);
  const { [CLOSES]: _, ...others } = points;
  expect(JSON.stringify(others)).not.toContain('app.kind');
});

it('a label has 50 values, and further values are counted as `other`', async () => {
  let count = 0;
  const closes = Array.from({ length: 200 }, () => ({}));
  const { points } = await recordCloses(closes, { metricAttributes: () => ({ tenant: `t${count++}` }) });
  const values = points[CLOSES]?.map(({ attributes, value }) => [
    (attributes as { tenant: string }).tenant,
    value,
  ]);
  expect(values).toHaveLength(51);
  expect(values).toContainEqual(['other', 150]);
});

it('labels of the app take at most 450 label sets, and closespan keeps its own', async () => {
  let count = 0;
  const closes = Array.from({ length: 2000 }, () => ({}));
  const { points } = await recordCloses(closes, {
    metricAttributes: () => ({ one: count++ % 50, two: Math.floor(count / 50) % 40 }),
  });
  expect(points[CLOSES]?.length).toBe(451);
  for (const { attributes } of points[CLOSES] ?? [])
    expect(attributes).toHaveProperty(['server.address'], 'example.com');
});

it('labels of closespan stay, and values that are no label are ignored', async () => {
  const { points } = await recordCloses([{}], {
    metricAttributes: () =>
      ({
        'websocket.close.code': 1,
        list: [1],
        nothing: null,
        call() {},
        long: 'x'.repeat(1000),
        fine: 1,
      }) as never,
  });
  expect(points[CLOSES]).toMatchObject([
    { attributes: { 'websocket.close.code': 1000, fine: 1, long: `${'x'.repeat(255)}…` } },
  ]);
  expect(Object.keys(points[CLOSES]?.[0]?.attributes ?? {})).not.toContain('list');
});

const HOOKS: readonly [what: string, hook: () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('secret');
    },
  ],
  ['returns a text', () => 'secret'],
  ['returns nothing', () => undefined],
  ['returns null', () => null],
  ['returns a promise', async () => ({ tenant: 'secret' })],
  ['returns a promise that is rejected', () => Promise.reject(new Error('secret'))],
  [
    'returns labels with a getter that throws',
    () => ({
      get tenant() {
        throw new Error('secret');
      },
    }),
  ],
  [
    'returns a Proxy that throws',
    () =>
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('secret');
          },
        },
      ),
  ],
  ['returns a revoked Proxy', revokedProxy],
];

/** Returns a Proxy that throws whatever is done with it. */
function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

it.each(HOOKS)('a function that %s costs no close, and one line', async (_what, hook) => {
  diag.setLogger({ error, warn: error, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  // A rejection that nobody handles fails the run.
  const { points } = await recordCloses([{}], { metricAttributes: hook as never });
  expect(points[CLOSES]).toMatchObject([{ value: 1 }]);
  expect(error).toHaveBeenCalledTimes(1);
  expect(JSON.stringify([points, error.mock.calls])).not.toContain('secret');
});
