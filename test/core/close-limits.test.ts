import type { CloseRecord } from '@closespan/core';
import { createConcludeLimit } from '@closespan/core/platform';
import { describe, expect, it } from 'vitest';

/** A loss as a record shows it. Durations are seconds. */
interface Loss {
  readonly idle?: number;
  readonly age?: number;
  /** Seconds since the first loss, by default a minute after the loss before. */
  readonly at?: number;
  readonly host?: string;
  readonly cause?: CloseRecord['cause'];
  readonly code?: number;
}

/** Concludes from some losses, and returns cause, limit and kind of the last. */
function lastOf(losses: readonly Loss[]): string {
  const conclude = createConcludeLimit();
  const records = losses.map((loss, index) => conclude(recordOf(loss, index)));
  const { cause, furtherAttributes } = records.at(-1) as CloseRecord;
  const { 'websocket.close.limit': limit, 'websocket.close.limit.kind': kind } = furtherAttributes ?? {};
  return [cause, kind, limit].filter((part) => part !== undefined).join(' ');
}

function recordOf(loss: Loss, index: number): CloseRecord {
  const {
    idle,
    age = idle,
    at = index * 60,
    host = 'a.example',
    cause = 'connection_lost',
    code = 1006,
  } = loss;
  return {
    kind: 'client',
    endpoint: { address: host, port: 443 },
    code,
    cause,
    handshakeSucceeded: cause !== 'handshake_failed',
    connectionDuration: age === undefined ? undefined : age * 1000,
    closeTime: at * 1000,
    furtherAttributes: idle === undefined ? undefined : { 'websocket.idle.duration': idle },
  } as unknown as CloseRecord;
}

describe('an idle limit that is known', () => {
  it.each([
    { idle: 60.02, limit: '60' },
    { idle: 58.9, limit: '60' },
    { idle: 61.1, limit: '60' },
    { idle: 25.3, limit: '25' },
    { idle: 351.4, limit: '350' },
    { idle: 3601.4, limit: '3600' },
  ])('is found after one silence of $idle s', ({ idle, limit }) => {
    expect(lastOf([{ idle, age: 4000 }])).toBe(`idle_timeout idle ${limit}`);
  });

  it.each([{ idle: 58.7 }, { idle: 61.3 }, { idle: 0.1 }, { idle: 20 }, { idle: 348.4 }, { idle: 3602 }])(
    'is not found after a silence of $idle s',
    ({ idle }) => {
      expect(lastOf([{ idle, age: 4000 }])).toBe('connection_lost');
    },
  );

  it.each([
    { cause: 'connection_reset', concluded: 'idle_timeout idle 60' },
    { cause: 'remote_close', code: 1001, concluded: 'idle_timeout idle 60' },
    { cause: 'remote_close', code: 1000, concluded: 'remote_close' },
    { cause: 'local_close', concluded: 'local_close' },
    { cause: 'ping_timeout', concluded: 'ping_timeout' },
    { cause: 'handshake_failed', concluded: 'handshake_failed' },
    { cause: 'suspended', concluded: 'suspended' },
  ] as const)('makes of $cause: $concluded', ({ concluded, ...loss }) => {
    expect(lastOf([{ idle: 60, ...loss }])).toBe(concluded);
  });
});

describe('a limit that losses teach', () => {
  it.each([
    {
      what: 'an idle limit after three',
      losses: [3, 3.1, 2.9, 3].map((idle, i) => ({ idle, age: 10 + 7 * i })),
      last: 'idle_timeout idle 3',
    },
    {
      what: 'nothing after two',
      losses: [3, 3, 3].map((idle, i) => ({ idle, age: 10 + 7 * i })),
      last: 'connection_lost',
    },
    {
      what: 'nothing below 2 s',
      losses: [1.9, 1.9, 1.9, 1.9, 1.9].map((idle, i) => ({ idle, age: 10 + 7 * i })),
      last: 'connection_lost',
    },
    {
      what: 'nothing where silences differ',
      losses: [3, 3.5, 4, 4.5, 5].map((idle, i) => ({ idle, age: 10 + 7 * i })),
      last: 'connection_lost',
    },
    {
      what: 'an age after three',
      losses: [0.1, 5, 1, 0.2].map((idle, i) => ({ idle, age: 1800 + i / 10 })),
      last: 'connection_lost age 1800',
    },
    {
      what: 'an age without known bytes',
      losses: Array(4).fill({ age: 7200 }),
      last: 'connection_lost age 7200',
    },
    {
      what: 'the age of closes with 1001',
      losses: Array(4).fill({ age: 7200, cause: 'remote_close', code: 1001 }),
      last: 'remote_close age 7200',
    },
    {
      what: 'nothing at a crash that cuts many at once',
      losses: Array(20).fill({ idle: 8, at: 5 }),
      last: 'connection_lost',
    },
    {
      what: 'nothing from other hosts',
      losses: [1, 2, 3, 4].map((host) => ({ idle: 8, host: `${host}.example` })),
      last: 'connection_lost',
    },
    {
      what: 'nothing after 20 other losses',
      losses: [8, 8, 8, ...Array.from({ length: 20 }, (_, i) => 100 + 5 * i), 8].map((idle, i) => ({
        idle: idle + 0.7,
        age: 1000 * (i + 1),
      })),
      last: 'connection_lost',
    },
    { what: 'nothing of a silence that is not known', losses: Array(9).fill({}), last: 'connection_lost' },
  ])('concludes $what', ({ losses, last }) => {
    expect(lastOf(losses)).toBe(last);
  });

  it('forgets the host without a loss for the longest time, of more than 500', () => {
    const others = Array.from({ length: 500 }, (_, index) => ({ idle: 1, host: `${index}.example` }));
    const alike = [{ idle: 8 }, { idle: 8 }, { idle: 8 }];
    expect(lastOf([...alike, ...others.slice(1), { idle: 8 }])).toBe('idle_timeout idle 8');
    expect(lastOf([...alike, ...others, { idle: 8 }])).toBe('connection_lost');
  });
});
