import { diag as ours, trackConnection } from '@closespan/core/platform';
import { context, DiagLogLevel, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, expect, it, vi } from 'vitest';

const SPAN_CONTEXT = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
};

afterEach(() => {
  diag.disable();
  context.disable();
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
