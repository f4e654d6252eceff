import { queryCarrier } from '@closespan/core';
import { diag as ours, trackConnection } from '@closespan/core/platform';
import {
  type Context,
  context,
  createContextKey,
  DiagLogLevel,
  diag,
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
        set(fields, 'traceparent', '00-ab-cd-01');
      },
      extract: (active) => active,
      fields: () => [],
    });
    expect(carried()).toContain('00-ab-cd-01');
    expect(seen).toEqual([undefined, 1, undefined]);
  });
});
