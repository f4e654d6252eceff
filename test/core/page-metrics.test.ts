import { startOtlpReceiver } from '@closespan/testing';
import { describe, expect, it } from 'vitest';
import { createMeterProvider } from '../../packages/core/src/page-metrics.ts';

/** Sends one count as a page does, to a receiver that responds with the given statuses first. Returns all statuses. */
async function sendOne(first: readonly number[], headers: Record<string, string> = {}): Promise<number[]> {
  const left = [...first];
  const sent: number[] = [];
  const status = () => {
    const code = left.shift() ?? 200;
    sent.push(code);
    return code;
  };
  const receiver = await startOtlpReceiver({ status, headers: () => headers });
  const provider = createMeterProvider({ otlp: { url: receiver.url }, delta: true });
  provider.getMeter('test').createCounter('closes').add(1);
  await provider.forceFlush();
  await provider.shutdown();
  await receiver.close();
  return sent;
}

describe('the metrics of a page', () => {
  it('arrive in one request', async () => {
    expect(await sendOne([])).toEqual([200]);
  });

  it('are sent again after a status that OTLP calls retryable, when Retry-After says', async () => {
    expect(await sendOne([503], { 'retry-after': '1' })).toEqual([503, 200]);
  });

  it('are sent again after a connection that was reset', async () => {
    expect(await sendOne([0])).toEqual([0, 200]);
  });

  it('are not sent again after a refusal', async () => {
    expect(await sendOne([400])).toEqual([400]);
  });

  it('are not sent again if Retry-After is later than the deadline', async () => {
    expect(await sendOne([429], { 'retry-after': '3600' })).toEqual([429]);
  });
});
