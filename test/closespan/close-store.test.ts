import {
  createCloseStore,
  type ReceivedClose,
  type ReceivedPoint,
  type ReceivedSpan,
  receivedPoints,
  receivedSpans,
  type StoreEvent,
} from 'closespan/receiver';
import { describe, expect, it, vi } from 'vitest';
import { attribute, closeSpan, tracesOf } from './otlp-requests.ts';

const idOf = (number: number) => number.toString(16).padStart(16, '0');
const spansOf = (spans: object[], scope?: string): Iterable<ReceivedSpan> =>
  receivedSpans(tracesOf(spans, scope));
const close = (number: number, attributes: object[] = [], kind = 3) =>
  closeSpan(idOf(number), attributes, kind);
const outage = (number: number) => ({
  ...closeSpan(idOf(number)),
  name: 'websocket.reconnect /rooms/{id}',
  attributes: [attribute('websocket.reconnect.attempts', 2)],
});

describe('closes', () => {
  it('are kept with number and explanation; outages share the numbers, and other spans are counted', () => {
    const store = createCloseStore();
    store.addSpans(spansOf([close(1), outage(2), { ...close(3), name: 'renamed by the app' }]));
    store.addSpans(spansOf([{ spanId: idOf(4), name: 'GET /' }]));
    store.addSpans(spansOf([close(5)], 'another library'));
    expect(store.closes.map(({ number, span }) => [number, span.spanId])).toEqual([
      [1, idOf(1)],
      [3, idOf(3)],
    ]);
    expect(store.closes[0]?.explanation.sentence).toMatch(/\.$/);
    expect(store.outages.map(({ number }) => number)).toEqual([2]);
    expect([store.otherSpans, store.forgotten]).toEqual([2, 0]);
  });

  it('without a span id count as other spans, and without a time have that of their arrival', () => {
    const store = createCloseStore();
    const start = Date.now();
    store.addSpans(
      spansOf([
        { ...close(1), spanId: undefined },
        { ...close(2), endTimeUnixNano: undefined },
      ]),
    );
    store.addSpans(spansOf([{ ...close(3), endTimeUnixNano: '9e24' }]));
    expect(store.otherSpans).toBe(1);
    expect(store.closes.map(({ span }) => span.endTime >= start)).toEqual([true, true]);
  });

  it('may have enums by name, and ids in upper case; an id of zeros is none', () => {
    const store = createCloseStore();
    const named = { kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } };
    const ids = { spanId: '00F067AA0BA902B7', traceId: '0AF7651916CD43DD8448EB211C80319C' };
    const links = [{ ...ids, attributes: [] }];
    const again = { ...close(1), ...ids, spanId: ids.spanId.toLowerCase() };
    const none = { ...close(2), spanId: '0'.repeat(16) };
    store.addSpans(
      spansOf([{ ...close(1), ...named, ...ids, parentSpanId: ids.spanId, links }, again, none]),
    );
    expect([store.closes.length, store.otherSpans]).toEqual([1, 1]);
    const lower = { spanId: '00f067aa0ba902b7', traceId: '0af7651916cd43dd8448eb211c80319c' };
    expect(store.closes[0]?.span).toMatchObject({
      ...{ ...lower, parentSpanId: lower.spanId, kind: 2, statusCode: 2 },
      links: [lower],
    });
  });

  it('may have ids in Base64, as protobuf writes bytes in JSON', () => {
    const store = createCloseStore();
    const ids = { traceId: 'CvdlGRbNQ92ESOshHIAxnA==', spanId: 'APBnqgupArc=' };
    store.addSpans(
      spansOf([
        { ...close(1), ...ids },
        { ...close(2), spanId: 'AAAAAAAAAAA=' },
      ]),
    );
    expect(store.closes.map(({ span }) => [span.traceId, span.spanId])).toEqual([
      ['0af7651916cd43dd8448eb211c80319c', '00f067aa0ba902b7'],
    ]);
  });

  it('share the copy of their resource, and keep no lists within lists', () => {
    const store = createCloseStore();
    const nested = { arrayValue: { values: [{ stringValue: 'a' }, { arrayValue: { values: [] } }] } };
    store.addSpans(spansOf([close(1), close(2, [{ key: 'list', value: nested }])]));
    const [first, second] = store.closes.map(({ span }) => span);
    expect(first?.resource).toEqual({ 'service.name': 'shop' });
    expect(second?.resource).toBe(first?.resource);
    expect(second?.attributes['list']).toEqual(['a', '']);
  });

  it('have the values of attributes whose other members are null, as JSON of protobuf may write them', () => {
    const store = createCloseStore();
    const nulls = { arrayValue: null, kvlistValue: null, intValue: null, doubleValue: null };
    store.addSpans(spansOf([close(1, [{ key: 'text', value: { ...nulls, stringValue: 'x' } }])]));
    expect(store.closes[0]?.span.attributes['text']).toBe('x');
  });

  it('appear once if an exporter sends a request again', () => {
    const store = createCloseStore();
    for (let i = 0; i < 2; i++) store.addSpans(spansOf([close(1), close(2)]));
    expect(store.closes.length).toBe(2);
  });

  it('of both ends are joined by the id of the connection, whichever arrives first', () => {
    const store = createCloseStore();
    const id = [attribute('websocket.connection.id', 'abc')];
    store.addSpans(spansOf([close(1, id, 2), close(2), close(3, id, 3), close(4, [], 2)]));
    const [server, without, client, other] = store.closes;
    const ends = store.closes.map((one) => store.otherEnd(one));
    expect(ends).toEqual([client, undefined, server, undefined]);
    expect([without, other].map((one) => one?.number)).toEqual([2, 4]);
  });

  it('of one side are never joined', () => {
    const store = createCloseStore();
    const id = [attribute('websocket.connection.id', 'abc')];
    store.addSpans(spansOf([close(1, id), close(2, id), close(3, id, 1)]));
    expect(store.closes.map((one) => store.otherEnd(one))).toEqual([undefined, undefined, undefined]);
  });

  it('are forgotten from the oldest on, also as the other end', () => {
    const store = createCloseStore({ count: 3 });
    const id = [attribute('websocket.connection.id', 'abc')];
    store.addSpans(spansOf([close(1, id, 2), outage(2), close(3, id), close(4)]));
    expect([store.closes.length, store.outages.length, store.forgotten]).toEqual([2, 1, 1]);
    expect(store.closes.map((one) => store.otherEnd(one))).toEqual([undefined, undefined]);
    store.addSpans(spansOf([close(5), close(6)]));
    expect([store.closes.map(({ number }) => number), store.outages.length]).toEqual([[4, 5, 6], 0]);
    expect(store.forgotten).toBe(3);
    // A forgotten close that arrives once more is new.
    store.addSpans(spansOf([close(1)]));
    expect(store.closes.at(-1)?.number).toBe(7);
  });

  it('are forgotten above a number of bytes', () => {
    const store = createCloseStore({ bytes: 100_000 });
    const reason = [attribute('websocket.close.reason', 'x'.repeat(4000))];
    store.addSpans(spansOf(Array.from({ length: 50 }, (_, i) => close(i + 1, reason))));
    expect(store.closes.length).toBeGreaterThan(5);
    expect(store.closes.length).toBeLessThan(15);
    expect(store.closes.length + store.forgotten).toBe(50);
  });

  it('have texts, lists and numbers of attributes that are cut', () => {
    const store = createCloseStore();
    const values = Array.from({ length: 500 }, () => ({ stringValue: 'y'.repeat(5000) }));
    store.addSpans(
      spansOf([
        close(1, [
          attribute('websocket.close.reason', 'x'.repeat(100_000)),
          { key: 'list', value: { arrayValue: { values } } },
          ...Array.from({ length: 1000 }, (_, i) => attribute(`key.${i}`, i)),
        ]),
      ]),
    );
    const { attributes } = (store.closes[0] as ReceivedClose).span;
    const list = attributes['list'] as string[];
    expect(String(attributes['websocket.close.reason']).length).toBe(4096);
    expect([list.length, list[0]?.length]).toEqual([128, 4096]);
    expect(Object.keys(attributes).length).toBe(256);
  });

  it('have a bounded number of characters in all texts together', () => {
    const store = createCloseStore();
    const text = { stringValue: '\u0001'.repeat(4096) };
    const list = { arrayValue: { values: Array.from({ length: 128 }, () => text) } };
    const many = Array.from({ length: 20 }, (_, i) => ({ key: `${i}`.repeat(1000), value: list }));
    const attributes = [{ key: 'text', value: text }];
    const links = Array.from({ length: 200 }, () => ({ traceId: 'x'.repeat(5000), attributes }));
    const [span] = spansOf([{ ...close(1, [...many, attribute('last', 7)]), links }]);
    store.addSpans([{ ...(span as ReceivedSpan), resource: (span as ReceivedSpan).attributes }]);
    // As JSON, a character can take six.
    expect(JSON.stringify(store.closes[0]).length).toBeLessThan(3 * 6 * 300_000);
    expect(store.closes[0]?.span.attributes['websocket.close.code']).toBe(1006);
  });

  it('count their links in the memory of the store', () => {
    const store = createCloseStore({ bytes: 1_000_000 });
    const id = 'x'.repeat(64);
    const links = Array.from({ length: 128 }, () => ({ traceId: id, spanId: id }));
    // Such a span takes some 70 kB.
    for (let i = 1; i <= 40; i++) store.addSpans(spansOf([{ ...close(i), links }]));
    expect(store.closes.length).toBeLessThan(20);
    expect(store.closes.length).toBeGreaterThan(4);
  });

  it('reach listeners until these stop', () => {
    const store = createCloseStore();
    const events: StoreEvent['type'][] = [];
    const stop = store.onEvent(({ type }) => events.push(type));
    store.addSpans(spansOf([close(1), outage(2), {}, { spanId: 'x' }]));
    store.addSpans(spansOf([{}], 'another library'));
    store.addPoints(active([[3, {}]]));
    stop();
    store.addSpans(spansOf([close(3)]));
    expect(events).toEqual(['close', 'outage', 'counts', 'counts', 'open']);
  });
});

describe('open connections', () => {
  it('are counted by service, end, endpoint and age, of the newest collection of each process', () => {
    const store = createCloseStore();
    store.addPoints(
      active([
        [3, { 'server.address': 'a', 'websocket.connection.age_group': 'lt_1m' }],
        [4, { 'server.address': 'a', 'websocket.connection.age_group': 'lt_1h' }],
        [1, { 'server.address': 'b' }],
      ]),
    );
    store.addPoints(active([[10, { 'server.address': 'a' }]], { pid: 'second', side: 'client' }));
    store.addPoints(active([[20, { 'server.address': 'a' }]], { pid: 'third', side: 'client' }));
    expect(lines(store.open)).toEqual([
      'shop client a 30',
      'shop server a 3 lt_1m',
      'shop server a 4 lt_1h',
      'shop server b 1',
    ]);
    // The age group that is empty by now has no point.
    const later = [[5, { 'server.address': 'a', 'websocket.connection.age_group': 'lt_1h' }]] as const;
    store.addPoints(active(later, { time: '1700000009000000000' }));
    store.addPoints(active([[0, { 'server.address': 'a' }]], { pid: 'third', side: 'client' }));
    expect(lines(store.open)).toEqual(['shop client a 10', 'shop server a 5 lt_1h']);
  });

  it('are added up where the metrics have delta temporality', () => {
    const store = createCloseStore();
    for (const temporality of [1, '1', 'AGGREGATION_TEMPORALITY_DELTA'])
      store.addPoints(active([[temporality === 1 ? -4 : 5, {}]], { temporality }));
    expect(store.open.map(({ count }) => count)).toEqual([6]);
  });

  it('of a process that sends no more metrics are forgotten after five minutes', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const store = createCloseStore();
    store.addPoints(active([[5, {}]]));
    vi.setSystemTime(Date.now() + 299_000);
    expect(store.open.length).toBe(1);
    vi.setSystemTime(Date.now() + 2000);
    expect(store.open).toEqual([]);
    vi.useRealTimers();
  });

  it('are bounded in number', () => {
    const store = createCloseStore();
    for (let i = 0; i < 50; i++) {
      const points = Array.from({ length: 100 }, (_, j) => [1, { 'url.template': `/${i}/${j}` }] as const);
      store.addPoints(active(points));
    }
    expect(store.open.length).toBe(2000);
  });

  it('are bounded in the size of their attributes together', () => {
    const store = createCloseStore();
    const points = Array.from({ length: 1500 }, (_, i) => [1, { a: `${i}${'x'.repeat(4000)}` }] as const);
    for (let i = 0; i < 2; i++) store.addPoints(active(points));
    expect(JSON.stringify(store.open).length).toBeLessThan(1_300_000);
    expect(store.open.at(-1)?.attributes['a']).toMatch(/^1499x/);
    // Short ones have room again.
    store.addPoints(active(Array.from({ length: 2000 }, (_, i) => [1, { b: `${i}` }] as const)));
    expect(store.open.length).toBe(2000);
  });

  it('have no attributes that are longer than any endpoint', () => {
    const store = createCloseStore();
    store.addPoints(active([[1, { 'url.template': 'x'.repeat(5000) }]]));
    expect(store.open).toEqual([]);
  });

  it('are not other metrics, and not values that are no numbers', () => {
    const store = createCloseStore();
    store.addPoints(active([['NaN', {}]]));
    store.addPoints(active([[1, {}]], { name: 'http.server.active_requests' }));
    expect(store.open).toEqual([]);
  });
});

function active(
  points: readonly (readonly [value: number | string, attributes: Record<string, string>])[],
  {
    pid = 'first',
    side = 'server',
    temporality = 2 as number | string,
    time = '1700000000000000000',
    name = '',
  } = {},
): Iterable<ReceivedPoint> {
  const dataPoints = points.map(([value, attributes]) => ({
    asInt: value,
    timeUnixNano: time,
    attributes: Object.entries(attributes).map(([key, text]) => attribute(key, text)),
  }));
  const resource = { attributes: [attribute('service.name', 'shop'), attribute('process.pid', pid)] };
  const metrics = [
    {
      name: name || `websocket.${side}.connection.active`,
      sum: { aggregationTemporality: temporality, dataPoints },
    },
  ];
  return receivedPoints({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
}

function lines(open: ReturnType<typeof createCloseStore>['open']): string[] {
  return open
    .map(({ service, side, attributes, count }) =>
      [service, side, attributes['server.address'], count, attributes['websocket.connection.age_group']]
        .filter(Boolean)
        .join(' '),
    )
    .sort();
}
