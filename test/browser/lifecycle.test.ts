import { observeLifecycle } from '@closespan/browser/recording';
import { patchBefore, trackConnection } from '@closespan/core/platform';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const HOUR = 3_600_000;
/** Nothing is open, and nothing is to be sent. */
const observer = {
  observed: new Map(),
  observe() {},
  connectionOf: () => undefined,
  noteClose: () => undefined,
  recordEnd() {},
  stop() {},
};
const recorder = {
  settings: {} as never,
  record() {},
  opened() {},
  recording: () => undefined,
  prepare() {},
  async forceFlush() {},
  async shutdown() {},
};
const LOST = { code: 1006, reason: '', wasClean: false };

/** A scope whose events have no mark of who fired them, since no test can make a browser fire these. */
const listeners = new Set<readonly [type: string, listener: (event: object) => void]>();
const scope = {
  document,
  navigator,
  location,
  addEventListener: (type: string, listener: () => void) => void listeners.add([type, listener]),
  removeEventListener() {},
};
const fire = (type: string) => {
  for (const [of, listener] of listeners) if (of === type) listener({ type });
};

let stop: () => void;
let platformFacts: () => object | undefined;

/** A device that sleeps, and time that passes for hours, are no test's to have: here the clocks are fakes. */
beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() }));
afterEach(() => {
  stop();
  listeners.clear();
  vi.useRealTimers();
});

function open(): void {
  const lifecycle = observeLifecycle(scope as never, observer, recorder, patchBefore);
  const connection = trackConnection();
  const startTime = Date.now();
  stop = lifecycle.stop;
  platformFacts = () => {
    // What the page itself is, another test compares.
    const { page: _, ...facts } = lifecycle.platformFacts(connection, LOST, startTime) ?? {};
    return facts;
  };
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
    fire('focus');
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
  it('is not one that a script makes up', () => {
    open();
    vi.advanceTimersByTime(1);
    for (const type of ['freeze', 'resume']) {
      for (const [of, listener] of listeners) if (of === type) listener(new Event(type));
      vi.advanceTimersByTime(700);
    }
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: undefined });
  });

  it('explains a loss at its resume', () => {
    open();
    vi.advanceTimersByTime(1);
    fire('freeze');
    expect(platformFacts()).toEqual({ interruption: undefined, suspendedDuration: undefined });
    vi.advanceTimersByTime(700);
    fire('resume');
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
    fire('online');
    vi.advanceTimersByTime(millis);
    expect(platformFacts()).toMatchObject({ interruption });
  });

  it('is not one that a script makes up', () => {
    open();
    vi.advanceTimersByTime(1);
    for (const [type, listener] of listeners) if (type === 'online') listener(new Event(type));
    expect(platformFacts()).toMatchObject({ interruption: undefined });
  });

  it('does not explain the end of a connection that was made after it', () => {
    open();
    fire('online');
    expect(platformFacts()).toMatchObject({ interruption: undefined });
  });
});
