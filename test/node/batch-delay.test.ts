import { instrumentWebSockets, type WebSocketHandle } from '@closespan/node';
import { type OtlpReceiver, startOtlpReceiver } from '@closespan/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectAndClose } from '../helpers/connect-and-close.ts';

let receiver: OtlpReceiver;
let handle: WebSocketHandle;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await handle.shutdown();
  await receiver.close();
  vi.unstubAllEnvs();
});

// The SDK's own default is 5000.
it.each([
  { delay: undefined, least: 900, most: 3000 },
  { delay: '', least: 900, most: 3000 },
  { delay: 'soon', least: 900, most: 3000 },
  { delay: '2500', least: 2400, most: 4500 },
])('exports a close within $most ms with a delay of $delay', async ({ delay, least, most }) => {
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', delay);
  handle = instrumentWebSockets({ otlp: { url: receiver.url } });
  await connectAndClose('/room', 1000);
  const [span] = await receiver.waitForSpans(2);
  const taken = (receiver.requests[0]?.time ?? 0) - (span?.endTime ?? 0);
  expect(taken).toBeGreaterThan(least);
  expect(taken).toBeLessThan(most);
});
