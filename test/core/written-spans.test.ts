import { type CloseSpan, createTracerProvider } from '@closespan/core/otlp';
import { NAME, SCHEMA, VERSION } from '@closespan/core/platform';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { createTraceState, ROOT_CONTEXT, type Span, type Tracer, trace } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let receiver: OtlpReceiver;
let provider: ReturnType<typeof createTracerProvider>;
/** Bodies of the requests that arrived. */
let bodies: string[];

beforeEach(async () => {
  bodies = [];
  const keep = (_path: string, body: Buffer) => {
    bodies.push(body.toString());
    return 200;
  };
  receiver = await startOtlpReceiver({ status: keep });
});
afterEach(async () => {
  await provider.shutdown();
  await receiver.close();
  vi.unstubAllEnvs();
});

function start(settings: Parameters<typeof createTracerProvider>[0] = {}): Tracer {
  provider = createTracerProvider({ otlp: { url: receiver.url }, ...settings });
  return provider.getTracer(NAME, VERSION);
}

/** Body that the SDK's serializer makes of spans. */
function sdkBody(spans: readonly Span[]): string {
  return new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans as unknown as ReadableSpan[]));
}

const LOCAL = { traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdef', traceFlags: 1 };
const REMOTE = { ...LOCAL, isRemote: true, traceState: createTraceState('vendor="1"') };
const LINK = { context: LOCAL, attributes: { why: 'a "reason"' } };
const CLOSE: CloseSpan = {
  name: 'websocket.close',
  kind: 2,
  attributes: { 'websocket.close.code': 1000 },
  links: [],
  startTime: 1_700_000_000_000,
  endTime: 1_700_000_000_001,
  status: { code: 0 },
  parent: undefined,
};

const TEXTS = [
  '',
  'plain',
  '"',
  '\\',
  '\u0000\u001f\u007f',
  'ü界🎈',
  '\ud800',
  '\udfff x',
  '\u2028',
  '/'.repeat(300),
];
const NUMBERS = [0, -0, 1, -1, 1.5, 1e21, 1e-7, 5e-324, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY];
const ARRAYS = [[], ['a', '"'], [1, 2.5], [true, null], [undefined, 'a'], [Number.NaN]];

describe('spans of a tracer of the built-in pipeline are sent byte for byte as by the SDK', () => {
  it.each([
    ...TEXTS.map((text) => ({ text, [text]: text })),
    ...NUMBERS.map((number) => ({ number })),
    ...ARRAYS.map((array) => ({ array: array as string[] })),
    { yes: true, no: false, empty: undefined, one: 1, text: '1', flag: true },
    Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`name ${i}`, i])),
    { long: 'x'.repeat(100_000) },
  ])('with attributes %#', async (attributes) => {
    const tracer = start();
    // Values that have come before are written another way.
    const spans = Array.from({ length: 3 }, () => tracer.startSpan('a span', { attributes }));
    for (const span of spans) span.end();
    await provider.forceFlush();
    expect(bodies).toEqual([sdkBody(spans)]);
  });

  it('whatever earlier spans have in common with them', async () => {
    const tracer = start();
    let seed = 7;
    const below = (limit: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * limit);
    };
    const pool = [...TEXTS, 'x'.repeat(20_000), 1, 2.5, true, ['a'], [1, 2]];
    const names = Array.from('abcdefghij');
    // Several blocks of memory, and several requests.
    const spans = Array.from({ length: 400 }, () => {
      const kept = names.filter(() => below(4) > 0);
      if (below(4) === 0) kept.reverse();
      const span = tracer.startSpan('a span');
      for (const name of kept) {
        const index = below(60);
        const value = pool[index] ?? 'often';
        span.setAttribute(name, value as string);
      }
      if (below(3) === 0) span.addEvent('e', { a: below(2), b: 'b' });
      if (below(3) === 0) span.addLink({ context: LOCAL, attributes: { c: below(2), a: 'b' } });
      return span;
    });
    for (const span of spans) span.end();
    await provider.forceFlush();
    const arrived = bodies.flatMap((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans);
    const sent = JSON.parse(sdkBody(spans)).resourceSpans[0].scopeSpans[0].spans;
    expect(bodies.join('').length).toBeGreaterThan(500_000);
    expect(arrived).toEqual(sent);
  });

  it.each([
    ['a name', (tracer: Tracer) => tracer.startSpan('"name" ü')],
    ['kinds', (tracer: Tracer) => tracer.startSpan('a', { kind: 4 })],
    ['a status', (tracer: Tracer) => tracer.startSpan('a').setStatus({ code: 2, message: 'no "way"' })],
    ['times', (tracer: Tracer) => tracer.startSpan('a', { startTime: [1, 5] })],
    ['a time in fractions', (tracer: Tracer) => tracer.startSpan('a', { startTime: 1_700_000_000_999.9995 })],
    ['a time before 1970', (tracer: Tracer) => tracer.startSpan('a', { startTime: [-5, 7] })],
    ['an event', (tracer: Tracer) => tracer.startSpan('a').addEvent('e', { a: ['b'] }, 1_700_000_000_000)],
    ['an exception', recordException],
    ['links', (tracer: Tracer) => tracer.startSpan('a', { links: [{ context: REMOTE }, LINK] })],
    ['a parent', (tracer: Tracer) => tracer.startSpan('a', {}, trace.setSpanContext(ROOT_CONTEXT, REMOTE))],
    [
      'a local parent',
      (tracer: Tracer) => tracer.startSpan('a', {}, trace.setSpanContext(ROOT_CONTEXT, LOCAL)),
    ],
  ] as const)('with %s', async (_, make) => {
    const span = make(start());
    span.end();
    await provider.forceFlush();
    expect(bodies).toEqual([sdkBody([span])]);
  });

  it('within the limits of the environment', async () => {
    vi.stubEnv('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '2');
    vi.stubEnv('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', '5');
    const span = start().startSpan('a', { attributes: { a: '123456', b: ['123456'], c: 1, d: 2 } });
    span.end();
    await provider.forceFlush();
    expect(bodies).toEqual([sdkBody([span])]);
    expect(bodies[0]).toContain('"droppedAttributesCount":2');
  });

  it('in one request for each scope', async () => {
    start();
    const spans = ['first', 'second'].map((name) =>
      provider.getTracer(name, '1', { schemaUrl: 'https://example.com/1' }).startSpan('a'),
    );
    for (const span of spans) span.end();
    await provider.forceFlush();
    expect(bodies).toEqual(spans.map((span) => sdkBody([span])));
  });

  it('with a service name and resource attributes', async () => {
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'a=%22b%22,"c"=d');
    const span = start({ serviceName: 'ü "service"', attributes: { list: ['a', 'b'] } }).startSpan('a');
    span.end();
    await provider.forceFlush();
    expect(bodies).toEqual([sdkBody([span])]);
  });

  it('and not when they are not sampled', async () => {
    const tracer = start({ sampler: { shouldSample: () => ({ decision: 1 }), toString: () => 'records' } });
    tracer.startSpan('a').end();
    await provider.forceFlush();
    expect(bodies).toEqual([]);
  });
});

describe('close spans that no tracer makes are sent byte for byte as those of a tracer', () => {
  it.each<Partial<CloseSpan>>([
    {},
    { name: 'websocket.close /rooms/{room}', kind: 1 },
    { status: { code: 2 } },
    { startTime: 1_700_000_000_000.123, endTime: 1_700_000_000_999.9995 },
    { links: [{ context: { ...LOCAL, traceState: createTraceState('a=b,c="d"') }, attributes: { a: 'b' } }] },
    { attributes: { origin: ['https://example.com'], absent: undefined, nothing: null as never } },
    { attributes: { 'websocket.close.reason': '\u0007"\ud800', 'websocket.connection.duration': 0.1 + 0.2 } },
    { attributes: { bad: {} as never, symbol: Symbol('s') as never, big: 1n as never, fine: 1 } },
  ])('%#', async (part) => {
    start();
    const close: CloseSpan = { ...CLOSE, ...part };
    expect(provider.addSpan(close)).toBe(true);
    await provider.forceFlush();
    const [{ traceId, spanId } = { traceId: '', spanId: '' }] = receiver.spans;
    expect([traceId, spanId]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
    const sdk = new BasicTracerProvider({
      resource: (provider.getTracer(NAME).startSpan('a') as unknown as ReadableSpan).resource,
      idGenerator: { generateTraceId: () => traceId, generateSpanId: () => spanId },
    });
    const { name, status, endTime, ...options } = close;
    const span = sdk
      .getTracer(NAME, VERSION, SCHEMA)
      .startSpan(name, options, ROOT_CONTEXT)
      .setStatus(status);
    span.end(endTime);
    expect(bodies).toEqual([sdkBody([span])]);
  });

  it('and have ids of their own', async () => {
    start();
    for (let i = 0; i < 1000; i++) provider.addSpan(CLOSE);
    await provider.forceFlush();
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1000);
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(1000);
  });
});

describe('a tracer makes a close span', () => {
  it.each<Partial<CloseSpan>>([
    { parent: LOCAL },
    { startTime: CLOSE.endTime + 1 },
    { startTime: 1, endTime: 2 },
    { startTime: Number.NaN },
  ])('that is no default span: %j', (part) => {
    start();
    expect(provider.addSpan({ ...CLOSE, ...part })).toBe(false);
  });

  it.each(['OTEL_TRACES_SAMPLER', 'OTEL_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_LINK_COUNT_LIMIT'])(
    'where %s is set',
    (name) => {
      vi.stubEnv(name, name === 'OTEL_TRACES_SAMPLER' ? 'always_off' : '1');
      start();
      expect(provider.addSpan(CLOSE)).toBe(false);
    },
  );

  it('where a sampler is given', () => {
    start({ sampler: { shouldSample: () => ({ decision: 2 }), toString: () => 'all' } });
    expect(provider.addSpan(CLOSE)).toBe(false);
  });
});

function recordException(tracer: Tracer): Span {
  const span = tracer.startSpan('a');
  span.recordException(new Error('"boom"'));
  return span;
}
