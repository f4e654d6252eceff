import { StoredSpanExporter } from '@closespan/browser/store';
import {
  type Context,
  createTraceState,
  type DiagLogFunction,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { countingMeterProvider } from '../helpers/counting-meter-provider.ts';

/** An exporter as a user has it; what it takes is read from memory. */
class Exporter extends InMemorySpanExporter {
  error: (Error & { code?: number }) | undefined;

  override export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    if (this.error) done({ code: 1, error: this.error });
    else super.export(spans, done);
  }
}

afterEach(() => diag.disable());

function logTo(error: DiagLogFunction = () => {}): void {
  const nothing = () => {};
  diag.setLogger({ error, warn: nothing, info: nothing, debug: nothing, verbose: nothing });
}

/** Ended spans of the scope of closes, some of them of errors. */
function makeSpans(count: number, isError: (index: number) => boolean): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  for (let index = 0; index < count; index++) {
    const span = provider.getTracer('closespan').startSpan(`close ${index}`);
    if (isError(index)) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
  return memory.getFinishedSpans();
}

const exported = (exporter: StoredSpanExporter, spans: ReadableSpan[]) =>
  new Promise<number>((resolve) => exporter.export(spans, ({ code }) => resolve(code)));

describe('StoredSpanExporter', () => {
  it('fits where an SDK takes an exporter', () => {
    expectTypeOf<StoredSpanExporter>().toExtend<SpanExporter>();
    expectTypeOf<SpanExporter>().toExtend<ConstructorParameters<typeof StoredSpanExporter>[0]>();
    expect(() => new StoredSpanExporter({} as SpanExporter)).toThrow(
      new TypeError('Expected `exporter` to be a span exporter, got `[object Object]` (object)'),
    );
  });

  it('hands on what it was given, to the last field', async () => {
    const memory = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'chat', list: ['a', 'b'] }),
      spanProcessors: [new SimpleSpanProcessor(memory)],
    });
    const remote = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      isRemote: true,
      traceState: createTraceState('vendor=value'),
    };
    const parent: Context = trace.setSpanContext(ROOT_CONTEXT, remote);
    const span = provider.getTracer('theirs', '1.2.3', { schemaUrl: 'https://example.com/schema' }).startSpan(
      'odd',
      {
        kind: SpanKind.CLIENT,
        attributes: { text: 'ü', int: 5, double: 0.5, bool: false, array: [1, 2] },
        links: [{ context: remote, attributes: { why: 'creation' } }],
        startTime: [1_700_000_000, 123_456_789],
      },
      parent,
    );
    span.addEvent('happened', { traceState: 'an attribute' }, [1_700_000_001, 1]);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    span.end([1_700_000_002, 999_999_999]);

    const target = new Exporter();
    const exporter = new StoredSpanExporter(target);
    const [original] = memory.getFinishedSpans();
    expect(await exported(exporter, [original as ReadableSpan])).toBe(0);
    const text = (spans: ReadableSpan[]) =>
      JSON.parse(new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans)));
    expect(text(target.getFinishedSpans())).toEqual(text([original as ReadableSpan]));
    await exporter.shutdown();
  });

  it('drops the oldest normal spans first, counts them, and delivers the others', async () => {
    logTo();
    const { meterProvider, outcomes } = countingMeterProvider();
    const target = new Exporter();
    target.error = new Error('down');
    const exporter = new StoredSpanExporter(target, { meterProvider, maxSize: 60_000 });
    for (const span of makeSpans(200, (index) => index < 40)) await exported(exporter, [span]);
    target.error = undefined;
    // It waits for the end of a back-off.
    await expect.poll(async () => (await outcomes())['replayed'], { timeout: 30_000 }).toBeGreaterThan(0);
    await exporter.forceFlush();
    const names = target.getFinishedSpans().map(({ name }) => Number(name.split(' ')[1]));
    expect(names.filter((index) => index < 40)).toHaveLength(40);
    const normal = names.filter((index) => index >= 40);
    expect(normal.length).toBeGreaterThan(0);
    expect(normal.length).toBeLessThan(160);
    expect(normal).toEqual(Array.from(normal, (_, index) => 200 - normal.length + index));
    const { stored, replayed, dropped } = await outcomes();
    expect({ stored, replayed, dropped }).toEqual({
      stored: 200,
      replayed: names.length,
      dropped: 200 - names.length,
    });
    await exporter.shutdown();
  });

  it('drops what is too old and cannot be sent', async () => {
    const error = vi.fn();
    logTo(error);
    const { meterProvider, outcomes } = countingMeterProvider();
    const target = new Exporter();
    target.error = new Error('down');
    const exporter = new StoredSpanExporter(target, { meterProvider, maxAge: -1 });
    await exported(
      exporter,
      makeSpans(3, () => true),
    );
    expect(target.getFinishedSpans()).toHaveLength(0);
    expect(await outcomes()).toEqual({ stored: 3, dropped: 3 });
    expect(error.mock.calls.flat()).toContain('closespan: 3 closes dropped, too many or too old');
    await exporter.shutdown();
  });

  it.each([400, 401, 404, 413])('does not send again what was refused with %i', async (code) => {
    logTo();
    const { meterProvider, outcomes } = countingMeterProvider();
    const target = new Exporter();
    target.error = Object.assign(new Error('refused'), { code });
    const exporter = new StoredSpanExporter(target, { meterProvider });
    await exported(
      exporter,
      makeSpans(1, () => true),
    );
    target.error = undefined;
    await exporter.forceFlush();
    expect(target.getFinishedSpans()).toHaveLength(0);
    expect(await outcomes()).toEqual({ dropped: 1 });
    await exporter.shutdown();
  });

  it('loses no other span to one that cannot be written', async () => {
    logTo();
    const { meterProvider, outcomes } = countingMeterProvider();
    const target = new Exporter();
    const exporter = new StoredSpanExporter(target, { meterProvider });
    const [odd, ...others] = makeSpans(3, () => true);
    Object.assign(odd?.attributes ?? {}, { big: 5n });
    expect(await exported(exporter, [odd as ReadableSpan])).toBe(0);
    expect(await exported(exporter, others)).toBe(0);
    expect(target.getFinishedSpans().map(({ name }) => name)).toEqual(['close 1', 'close 2']);
    expect(await outcomes()).toEqual({ dropped: 1 });
    await exporter.shutdown();
  });

  it('counts no spans that are not of closes', async () => {
    const { meterProvider, outcomes } = countingMeterProvider();
    const target = new Exporter();
    target.error = new Error('down');
    const exporter = new StoredSpanExporter(target, { meterProvider });
    const [span] = makeSpans(1, () => true);
    await exported(exporter, [
      {
        ...span,
        spanContext: span?.spanContext.bind(span),
        instrumentationScope: { name: 'theirs' },
      } as ReadableSpan,
    ]);
    expect(await outcomes()).toEqual({});
    await exporter.shutdown();
  });
});
