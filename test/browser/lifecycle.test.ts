import { observeLifecycle } from '@closespan/browser/lifecycle';
import { trackConnection } from '@closespan/core/platform';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const HOUR = 3_600_000;
/** Nothing is open, and nothing is to be sent. */
const observer = { observed: new Map(), observe() {}, noteClose: () => undefined, recordEnd() {}, stop() {} };
const recorder = {
  record() {},
  prepare() {},
  async forceFlush() {},
  cancelExports() {},
  flushNow() {},
  async shutdown() {},
};
const LOST = { code: 1006, reason: '', wasClean: false };

let stop: () => void;
let platformFacts: () => object | undefined;

/** A device that sleeps, and time that passes for hours, are no test's to have: here the clocks are fakes. */
beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() }));
afterEach(() => {
  stop();
  vi.useRealTimers();
});

function open(): void {
  const lifecycle = observeLifecycle(globalThis, observer, recorder);
  const connection = trackConnection();
  const startTime = Date.now();
  stop = lifecycle.stop;
  platformFacts = () => lifecycle.platformFacts(connection, LOST, startTime);
}
/** The monotonic clock stops, the wall clock goes on. */
function sleep(millis: number): void {
  vi.setSystemTime(Date.now() + millis);
}

describe('sleep', () => {
  it('is what a connection died of that closes on waking', () => {
    open();
    vi.advanceTimersByTime(1000);
    sleep(HOUR);
    expect(platformFacts()).toEqual({ interruption: 'suspended', suspendedDuration: HOUR });
  });

  it('is not what a connection died of that lived on for long', () => {
    open();
    sleep(HOUR);
    dispatchEvent(new Event('focus'));
    vi.advanceTimersByTime(61_000);
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: HOUR });
  });

  it('does not count from before the connection', () => {
    open();
    stop();
    sleep(HOUR);
    open();
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: undefined });
  });

  it('is no correction of the clock', () => {
    open();
    sleep(4000);
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: undefined });
    sleep(-HOUR);
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: undefined });
  });
});

describe('a frozen page', () => {
  it('explains a loss at its resume', () => {
    open();
    vi.advanceTimersByTime(1);
    dispatchEvent(new Event('freeze'));
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: undefined });
    vi.advanceTimersByTime(700);
    dispatchEvent(new Event('resume'));
    expect(platformFacts()).toEqual({ interruption: 'suspended', suspendedDuration: 700 });
  });
});

describe('a network that comes back', () => {
  it.each([
    { millis: 59_000, interruption: 'offline' },
    { millis: 61_000, interruption: undefined },
  ])('explains a loss $millis ms later: $interruption', ({ millis, interruption }) => {
    open();
    vi.advanceTimersByTime(1);
    dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(millis);
    expect(platformFacts()).toMatchObject({ interruption });
  });

  it('does not explain the end of a connection that was made after it', () => {
    open();
    dispatchEvent(new Event('online'));
    expect(platformFacts()).toMatchObject({ interruption: undefined });
  });
});
