import { startPipeline } from '@closespan/browser/pipeline';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let receiver: OtlpReceiver;
let retryAfter: string;
beforeEach(async () => {
  receiver = await startOtlpReceiver({ status: () => 503, headers: () => ({ 'retry-after': retryAfter }) });
});
afterEach(async () => {
  vi.useRealTimers();
  await receiver.close();
});

const MINUTES = 60_000;
it.each([
  { name: 'seconds', text: () => '120', least: 1.9 * MINUTES, most: 2 * MINUTES },
  {
    name: 'a date',
    text: () => new Date(Date.now() + 3 * MINUTES).toUTCString(),
    least: 2 * MINUTES,
    most: 3 * MINUTES,
  },
  { name: 'ten years', text: () => '315360000', least: 4.9 * MINUTES, most: 5 * MINUTES },
  {
    name: 'another century',
    text: () => 'Fri, 31 Dec 2100 23:59:59 GMT',
    least: 4.9 * MINUTES,
    most: 5 * MINUTES,
  },
  { name: 'no finite number', text: () => '9'.repeat(400), least: 4.9 * MINUTES, most: 5 * MINUTES },
  // Without a usable time, a page waits for half a second to a second.
  { name: '0', text: () => '0', least: 450, most: 1000 },
  { name: 'a negative number', text: () => '-5', least: 450, most: 1000 },
  { name: 'a date that is over', text: () => 'Fri, 01 Jan 1999 00:00:00 GMT', least: 450, most: 1000 },
  { name: 'no time at all', text: () => 'soon', least: 450, most: 1000 },
])(
  'a page waits for as long as Retry-After says, at most five minutes: $name',
  async ({ text, least, most }) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    retryAfter = text();
    const pipeline = await startPipeline({ otlp: { url: receiver.url }, store: 'memory', closeHook() {} });
    pipeline.tracerProvider?.getTracer('test').startSpan('span', {}, ROOT_CONTEXT).end();
    await pipeline.forceFlush();
    const sent = Date.now();
    vi.setSystemTime(sent + least);
    await pipeline.forceFlush();
    expect(receiver.requests).toHaveLength(1);
    vi.setSystemTime(sent + most);
    await pipeline.forceFlush();
    expect(receiver.requests).toHaveLength(2);
    await pipeline.shutdown();
  },
);
