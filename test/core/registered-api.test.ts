import { queryCarrier } from '@closespan/core';
import { diag as ours, trackConnection } from '@closespan/core/platform';
import { registeredMeterProvider, spanContextOf, unrecordedSpan } from '@closespan/core/recording';
import {
  type Context,
  context,
  createContextKey,
  createNoopMeter,
  DiagLogLevel,
  diag,
  INVALID_SPAN_CONTEXT,
  metrics,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { afterEach, describe, expect, it, vi } from 'vitest';

const SPAN_CONTEXT = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
};

afterEach(() => {
  diag.disable();
  context.disable();
  propagation.disable();
});

it('reads the active span as the API does', () => {
  expect(trackConnection().creation).toBeUndefined();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  expect(trackConnection().creation).toBeUndefined();
  const active = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(SPAN_CONTEXT));
  context.with(active, () => {
    expect(trackConnection().creation).toEqual(SPAN_CONTEXT);
    expect(trackConnection().creation).toBe(trace.getSpanContext(context.active()));
    expect(trackConnection(ROOT_CONTEXT).creation).toBeUndefined();
  });
});

it("logs through the app's logger, at the level that the app has set", () => {
  ours.error('without a logger');
  const logger = { error: vi.fn(), warn: vi.fn(), info() {}, debug: vi.fn(), verbose() {} };
  diag.setLogger(logger, DiagLogLevel.WARN);
  ours.error('failed', 1);
  ours.warn('careful');
  ours.debug('detail');
  expect(logger.error).toHaveBeenCalledExactlyOnceWith('failed', 1);
  expect(logger.warn).toHaveBeenCalledExactlyOnceWith('careful');
  expect(logger.debug).not.toHaveBeenCalled();
});

it("finds the app's meter provider, and none when the app has taken it back", () => {
  expect(registeredMeterProvider()).toBeUndefined();
  const provider = { getMeter: () => createNoopMeter() };
  metrics.setGlobalMeterProvider(provider);
  expect(registeredMeterProvider()).toBe(provider);
  metrics.disable();
  expect(registeredMeterProvider()).toBeUndefined();
});

it('makes spans that the API reads, and that record nothing', () => {
  const span = unrecordedSpan(SPAN_CONTEXT);
  expect(trace.getSpanContext(trace.setSpan(ROOT_CONTEXT, span))).toBe(SPAN_CONTEXT);
  expect(spanContextOf(trace.setSpan(ROOT_CONTEXT, span))).toBe(SPAN_CONTEXT);
  expect(unrecordedSpan().spanContext()).toEqual(INVALID_SPAN_CONTEXT);
  expect(span.isRecording()).toBe(false);
});

it('has all members that a span of the API has', () => {
  const theirs = trace.wrapSpanContext(SPAN_CONTEXT);
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(theirs));
  const span = unrecordedSpan();
  expect(Object.keys(span).sort()).toEqual(names.filter((name) => name !== 'constructor').sort());
  const changed = span
    .setAttribute('a', 1)
    .setAttributes({ b: 2 })
    .addEvent('c')
    .addLink({ context: SPAN_CONTEXT })
    .addLinks([])
    .setStatus({ code: 2 })
    .updateName('d');
  expect(changed).toBe(span);
});

describe('the registered propagator', () => {
  /** The query of a URL that a carrier has changed. */
  function carried(): string | null {
    const carrier = queryCarrier({ propagateTo: ['wss://chat.example.com'] });
    const construct = carrier.carry({ observe() {} } as never);
    const args: unknown[] = ['wss://chat.example.com/'];
    construct(class {} as never, args, Object as never);
    return new URL(String(args[0])).searchParams.get('closespan');
  }

  it('is asked for the active context', () => {
    expect(carried()).toMatch(/^[0-9a-f]{16}$/);
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    expect(carried()).toMatch(/^[0-9a-f]{16}$/);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const active = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(SPAN_CONTEXT));
    context.with(active, () => {
      expect(carried()).toContain('4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7');
    });
  });

  it('gets an empty context without a context manager', () => {
    const key = createContextKey('test');
    const seen: unknown[] = [];
    propagation.setGlobalPropagator({
      inject(active: Context, fields, { set }) {
        const changed = active.setValue(key, 1);
        seen.push(active.getValue(key), changed.getValue(key), changed.deleteValue(key).getValue(key));
        const span = trace.setSpan(active, trace.wrapSpanContext(SPAN_CONTEXT));
        seen.push(trace.getSpanContext(active), trace.getSpanContext(span));
        set(fields, 'traceparent', '00-ab-cd-01');
      },
      extract: (active) => active,
      fields: () => [],
    });
    expect(carried()).toContain('00-ab-cd-01');
    expect(seen).toEqual([undefined, 1, undefined, undefined, SPAN_CONTEXT]);
  });
});
