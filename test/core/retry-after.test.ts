import { createTracerProvider } from '@closespan/core/otlp';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTimer } from '../../packages/core/src/queue/queue-pause.ts';

const MINUTES = 60_000;

let status: number;
let retryAfter: string;
let receiver: OtlpReceiver;

beforeEach(async () => {
  status = 429;
  receiver = await startOtlpReceiver({
    status: () => status,
    headers: () => ({ 'retry-after': retryAfter }),
  });
});

afterEach(() => receiver.close());

it.each([
  { name: 'seconds', text: () => '120', earliest: 2 * MINUTES },
  { name: 'a date', text: () => new Date(Date.now() + 3 * MINUTES).toUTCString(), earliest: 2.5 * MINUTES },
  { name: 'ten years', text: () => '315360000', earliest: 5 * MINUTES },
  { name: 'another century', text: () => 'Fri, 31 Dec 2100 23:59:59 GMT', earliest: 5 * MINUTES },
  { name: 'no finite number', text: () => '9'.repeat(400), earliest: 5 * MINUTES },
])('spans wait for as long as Retry-After says, at most five minutes: $name', async ({ text, earliest }) => {
  retryAfter = text();
  const pauses: number[] = [];
  const provider = createTracerProvider({
    otlp: { url: receiver.url },
    startPause(millis, keepsAlive) {
      pauses.push(millis);
      return startTimer(millis, keepsAlive);
    },
  });
  provider.getTracer('test').startSpan('a close').end();
  await provider.forceFlush();
  expect(await provider.unsent(false)).toBe(1);
  const longest = Math.max(...pauses);
  expect(longest).toBeGreaterThanOrEqual(earliest - 1);
  expect(longest).toBeLessThanOrEqual(5 * MINUTES);
  // A caller who asks for it does not wait.
  status = 200;
  expect(await provider.unsent(true)).toBe(0);
  expect(receiver.spans).toHaveLength(1);
  await provider.shutdown();
});
