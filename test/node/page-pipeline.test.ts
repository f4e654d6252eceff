import { startPipeline } from '@closespan/browser/pipeline';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@closespan/testing';
import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type SpanTracer = Pick<Tracer, 'startSpan'>;
type PageOptions = Parameters<typeof startPipeline>[0];

let receiver: OtlpReceiver;
let bodies: string[];
beforeEach(async () => {
  bodies = [];
  receiver = await startOtlpReceiver({
    status(_path, bytes) {
      bodies.push(String(bytes));
      return 200;
    },
  });
});
afterEach(async () => {
  diag.disable();
  await receiver.close();
});

/** Without a hook a span needs no methods to change it. */
const closeHook = () => {};

/** Gives what the receiver gets of the spans that `make` makes with the built-in pipeline of a page. */
async function sent(
  make: (tracer: SpanTracer) => void,
  options: PageOptions = {},
): Promise<readonly ReceivedSpan[]> {
  const pipeline = await startPipeline({
    otlp: { url: `${receiver.url}/` },
    store: 'memory',
    closeHook,
    ...options,
  });
  const tracer = pipeline.tracerProvider?.getTracer('scope', '1.0.0');
  if (tracer) {
    make({ startSpan: (name, span = {}, context = ROOT_CONTEXT) => tracer.startSpan(name, span, context) });
  }
  await pipeline.shutdown();
  return receiver.spans;
}

/** Gives what the receiver gets of the spans that `make` makes with OpenTelemetry's SDK. */
async function sentBySdk(
  make: (tracer: SpanTracer) => void,
  sampler?: Sampler,
): Promise<readonly ReceivedSpan[]> {
  const other = await startOtlpReceiver();
  const exporter = new OTLPTraceExporter({ url: `${other.url}/v1/traces` });
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler && { sampler }),
  });
  make(provider.getTracer('scope', '1.0.0'));
  await provider.shutdown();
  await other.close();
  return other.spans;
}

const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const under = (traceFlags: number): Context => trace.setSpanContext(ROOT_CONTEXT, { ...remote, traceFlags });
const T0 = 1_700_000_000_000.25;

describe("a page's spans are those of OpenTelemetry's SDK", () => {
  it.each<[string, (tracer: SpanTracer) => void]>([
    ['with all that a span has', makeFullSpan],
    ['with a name alone', (tracer) => tracer.startSpan('bare', { startTime: T0 }).end(T0)],
    [
      'as the child of a remote span',
      (tracer) => tracer.startSpan('child', { startTime: T0 }, under(1)).end(T0),
    ],
    ...[
      { ...remote, traceId: '0'.repeat(32) },
      { ...remote, spanId: '0'.repeat(16) },
      { ...remote, spanId: 'no id' },
    ].map((parent): [string, (tracer: SpanTracer) => void] => [
      `as a root under ${parent.traceId} ${parent.spanId}, which is no span`,
      (tracer) =>
        tracer.startSpan('root', { startTime: T0 }, trace.setSpanContext(ROOT_CONTEXT, parent)).end(T0),
    ]),
    [
      'not as the child of a span that is not sampled',
      (tracer) => tracer.startSpan('no', {}, under(0)).end(),
    ],
    ['with an end before its start', (tracer) => tracer.startSpan('back', { startTime: T0 }).end(T0 - 5000)],
    ['after their end', (tracer) => changeAfterEnd(tracer.startSpan('ended', { startTime: T0 }))],
  ])('%s', async (_title, make) => {
    const logger = { error: vi.fn(), warn: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() };
    diag.setLogger(logger, DiagLogLevel.NONE);
    const [ours, theirs] = await Promise.all([sent(make), sentBySdk(make)]);
    expect(ours.map(comparable)).toEqual(theirs.map(comparable));
    expect(ours.every(({ spanId }) => /^[0-9a-f]{16}$/.test(spanId))).toBe(true);
  });

  it('as a sampler says, with the attributes that it adds', async () => {
    expect(await sent((tracer) => tracer.startSpan('a').end(), { sampler: new AlwaysOffSampler() })).toEqual(
      [],
    );
    const decide = (decision: SamplingDecision) => ({
      shouldSample: () => ({ decision, attributes: { sampled: 'yes' } }),
    });
    const recorded = { sampler: decide(SamplingDecision.RECORD) };
    expect(await sent((tracer) => tracer.startSpan('b').end(), recorded)).toEqual([]);
    const sampled = { sampler: decide(SamplingDecision.RECORD_AND_SAMPLED) };
    const [span] = await sent((tracer) => tracer.startSpan('c').end(), sampled);
    expect(span).toMatchObject({ name: 'c', attributes: { sampled: 'yes' } });
  });
});

describe("a close span of a page without hooks is that of OpenTelemetry's SDK", () => {
  it.each([
    { parent: 'none', context: undefined, endTime: T0 + 1500, isSampled: true },
    { parent: 'a sampled span', context: { ...remote, isRemote: true }, endTime: T0, isSampled: true },
    {
      parent: 'a span that is not sampled',
      context: { ...remote, traceFlags: 0 },
      endTime: T0,
      isSampled: false,
    },
    { parent: 'no span', context: { ...remote, spanId: '0'.repeat(16) }, endTime: T0, isSampled: true },
    { parent: 'none, and an end before its start', context: undefined, endTime: T0 - 9000, isSampled: true },
  ])('parent: $parent', async ({ context: parent, endTime, isSampled }) => {
    const links = [{ context: remote, attributes: { type: 'creation' } }];
    const content = { kind: SpanKind.CLIENT, attributes: { a: 1, b: ['x'] }, links, startTime: T0 };
    const status = { code: SpanStatusCode.ERROR };
    const pipeline = await startPipeline({ otlp: { url: receiver.url }, store: 'memory' });
    expect(pipeline.tracerProvider).toBeUndefined();
    const end: { span?: SpanContext | undefined } = {};
    expect(pipeline.addSpan?.({ ...content, name: 'close', status, endTime, parent }, end)).toBe(isSampled);
    await pipeline.shutdown();
    const ours = receiver.spans;
    const theirs = await sentBySdk((tracer) => {
      const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
      tracer.startSpan('close', content, context).setStatus(status).end(endTime);
    });
    const scope = { name: 'closespan', version: expect.any(String) };
    expect(ours.map(comparable)).toEqual(theirs.map((span) => comparable({ ...span, scope })));
    expect(ours.map(({ traceId, spanId }) => ({ traceId, spanId, traceFlags: 1 }))).toEqual(
      isSampled ? [end.span] : [],
    );
    expect(end.span?.traceFlags).toBe(Number(isSampled));
  });
});

it('a value that is no attribute spoils no other', async () => {
  const spans = await sent((tracer) => {
    const span = tracer.startSpan('odd');
    span.setAttributes({ good: 1, big: 5n, object: {}, nothing: null } as never);
    span.end();
  });
  expect(spans[0]?.attributes).toEqual({ good: 1 });
});

it('a number beyond the integers of OTLP is sent as a double', async () => {
  const numbers = [2 ** 63, 1e300, -1e300];
  const received = await sent((tracer) => tracer.startSpan('odd', { attributes: { numbers } }).end());
  expect(received.map(({ attributes }) => attributes['numbers'])).toEqual([numbers]);
  expect(bodies[0]).toMatch(/"doubleValue":1e\+300/);
});

it.each(['http/json', 'http/protobuf'] as const)(
  'the built-in pipeline of a page sends %s, with headers of yours',
  async (protocol) => {
    const [span] = await sent((tracer) => makeFullSpan(tracer), {
      otlp: { url: receiver.url, headers: { 'x-tenant': 'acme' }, protocol },
      serviceName: 'chat',
    });
    expect(span).toMatchObject({
      name: 'renamed',
      startTime: Math.floor(T0) + 0.25,
      attributes: { text: 'ü', int: 5, double: 0.5 },
      resource: { 'service.name': 'chat', 'telemetry.sdk.language': 'webjs' },
    });
    const contentType = protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
    expect(receiver.requests).toMatchObject([
      { path: '/v1/traces', headers: { 'x-tenant': 'acme', 'content-type': contentType } },
    ]);
  },
);

it('the built-in pipeline of a page compresses on request what is worth it', async () => {
  const otlp = { url: receiver.url, compression: 'gzip' } as const;
  const many = (tracer: SpanTracer) => {
    for (let i = 0; i < 20; i++) tracer.startSpan(`span ${i}`).end();
  };
  expect(await sent((tracer) => tracer.startSpan('small').end(), { otlp })).toHaveLength(1);
  expect(await sent(many, { otlp })).toHaveLength(21);
  const [small, large] = receiver.requests;
  expect(small?.headers['content-encoding']).toBeUndefined();
  expect(large?.headers['content-encoding']).toBe('gzip');
  expect(large?.size).toBeLessThan(2000);
  await sent(many);
  expect(receiver.requests.at(-1)?.headers['content-encoding']).toBeUndefined();
});

function makeFullSpan(tracer: SpanTracer): void {
  const span = tracer.startSpan('first', {
    kind: SpanKind.CLIENT,
    startTime: T0,
    attributes: { text: 'ü', int: 5, double: 0.5, bool: false },
    links: [{ context: remote, attributes: { why: 'creation' } }],
  });
  span.updateName('renamed');
  span.setAttribute('added', 'later').setAttributes({ int: 5, more: true });
  span.addLink({ context: { ...remote, spanId: 'a7ad6b7169203331' } });
  span.addEvent('event', { a: 1 }, new Date(T0)).addEvent('timed', T0 + 1);
  span.recordException(Object.assign(new Error('broken'), { stack: 'at' }), T0 + 2);
  span.recordException('text', [1_700_000_000, 5]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
  span.end(T0 + 1234.5);
}

function changeAfterEnd(span: Span): void {
  span.end(T0 + 1);
  span.setAttribute('late', 1).addEvent('late').setStatus({ code: SpanStatusCode.ERROR }).updateName('late');
  span.addLink({ context: remote });
  span.end(T0 + 2);
  expect(span.isRecording()).toBe(false);
}

/** Without what is random, and the resource, which tells who made it. A count that is absent is 0 in OTLP. */
function comparable({ spanId, traceId, resource, links, ...span }: ReceivedSpan) {
  return {
    ...span,
    links: links.map((link) => ({ droppedAttributesCount: 0, ...link })),
    isRoot: traceId !== remote.traceId,
  };
}
