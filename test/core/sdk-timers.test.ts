import { expect, it } from 'vitest';
import {
  clearInterval,
  clearTimeout,
  setInterval,
  setTimeout,
  useTimers,
} from '../../packages/core/src/otlp/sdk-timers.ts';

it('timers of the SDK are made of the pauses that the platform gives', async () => {
  const pauses: { millis: number; end: () => void }[] = [];
  useTimers((millis) => {
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    pauses.push({ millis, end });
    return { over, end };
  });
  const runs: string[] = [];
  setTimeout(() => runs.push('timeout'), 10).unref();
  clearTimeout(setTimeout(() => runs.push('cleared'), 20));
  // As the global function, which takes any value.
  clearTimeout(undefined);
  const interval = setInterval(() => runs.push('interval'), 30);
  const passTime = async () => {
    for (const { end } of pauses.splice(0)) end();
    await new Promise((resolve) => setImmediate(resolve));
  };
  expect(pauses.map(({ millis }) => millis)).toEqual([10, 20, 30]);
  await passTime();
  expect(runs).toEqual(['timeout', 'interval']);
  await passTime();
  clearInterval(interval);
  await passTime();
  expect({ runs, pauses }).toEqual({ runs: ['timeout', 'interval', 'interval'], pauses: [] });
});
