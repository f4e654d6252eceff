import type { CloseRecord } from '@closespan/core';
import { createLimitConclusion } from '@closespan/core/platform';
import { describe, expect, it } from 'vitest';

/** A loss as a record shows it. Durations are seconds. */
interface Loss {
  readonly idle?: number | undefined;
  readonly age?: number | undefined;
  /** Seconds since the first loss, by default a minute after the loss before. */
  readonly at?: number | undefined;
  readonly host?: string;
  readonly kind?: CloseRecord['kind'];
  readonly cause?: CloseRecord['cause'];
  readonly code?: number;
}

type Pending = Parameters<ReturnType<typeof createLimitConclusion>['noteClose']>[0];

/** Concludes from some losses, and returns cause, limit and kind of the last. */
function lastOf(losses: readonly Loss[]): string | undefined {
  return allOf(losses).at(-1);
}

/**
 * Concludes from some losses, and returns cause, limit and kind of each.
 * @param batch number of losses of which no record is made before the last of them has come
 */
function allOf(losses: readonly Loss[], batch = 1, shortestAge?: number): string[] {
  const { noteClose, concludeLimit } = createLimitConclusion(shortestAge);
  const records = losses.map(recordOf);
  const closes = records.map(closeOf);
  return records.map((record, index) => {
    if (index % batch === 0) for (const close of closes.slice(index, index + batch)) noteClose(close);
    const { cause, furtherAttributes } = concludeLimit(record, closes[index] as Pending);
    const { 'websocket.close.limit': limit, 'websocket.close.limit.kind': kind } = furtherAttributes ?? {};
    return [cause, kind, limit].filter((part) => part !== undefined).join(' ');
  });
}

/** Makes the close of which a record was made. */
function closeOf(record: CloseRecord): Pending {
  const { kind, endpoint, code, cause, closeTime, connectionDuration, furtherAttributes } = record;
  const openedAt = closeTime - (connectionDuration ?? Number.NaN);
  const isConcluded = ['connection_lost', 'connection_reset', 'remote_close', 'local_close'].includes(cause);
  return {
    connection: {
      openedAt: record.handshakeSucceeded ? openedAt : undefined,
      closing: cause === 'local_close' ? { by: 'local' } : undefined,
    },
    facts: {
      kind,
      url: `wss://${endpoint.address}/feed?token=${closeTime}`,
      code,
      wasClean: code !== 1006,
      cause: isConcluded ? undefined : cause,
      furtherAttributes,
    },
    closedAt: closeTime,
    closeTime,
  } as unknown as Pending;
}

function recordOf(loss: Loss, index: number): CloseRecord {
  const {
    idle,
    age = idle,
    at = index * 60,
    host = 'a.example',
    kind = 'client',
    cause = 'connection_lost',
    code = 1006,
  } = loss;
  return {
    kind,
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
    { kind: 'server', cause: 'remote_close', code: 1001, concluded: 'remote_close' },
    { kind: 'server', cause: 'connection_reset', concluded: 'idle_timeout idle 60' },
    { cause: 'remote_close', code: 1000, concluded: 'remote_close' },
    { cause: 'local_close', concluded: 'local_close' },
    { cause: 'ping_timeout', concluded: 'ping_timeout' },
    { cause: 'handshake_failed', concluded: 'handshake_failed' },
    { cause: 'suspended', concluded: 'suspended' },
  ] as const)('makes of $kind $cause: $concluded', ({ concluded, ...loss }) => {
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
      what: 'nothing from the equal ages of scripts',
      losses: Array(9).fill({ age: 29 }),
      last: 'connection_lost',
    },
    {
      what: 'an age of 30 s',
      losses: [29.98, 30.02, 29.97, 29.96].map((age) => ({ age })),
      last: 'connection_lost age 30',
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

  it('may be a shorter age, if the caller says so', () => {
    expect(allOf(Array(4).fill({ age: 4 }), 1, 4).at(-1)).toBe('connection_lost age 4');
    expect(allOf(Array(4).fill({ age: 3.9 }), 1, 4).at(-1)).toBe('connection_lost');
  });

  it('forgets the host without a loss for the longest time, of more than 500', () => {
    const others = Array.from({ length: 500 }, (_, index) => ({ idle: 1, host: `${index}.example` }));
    const alike = [{ idle: 8 }, { idle: 8 }, { idle: 8 }];
    expect(lastOf([...alike, ...others.slice(1), { idle: 8 }])).toBe('idle_timeout idle 8');
    expect(lastOf([...alike, ...others, { idle: 8 }])).toBe('connection_lost');
  });
});

describe('pages that are left, with 1001 to the server,', () => {
  const left = { kind: 'server', cause: 'remote_close', code: 1001 } as const;

  it.each([
    { what: 'an idle limit', loss: { idle: 3 } },
    { what: 'an age', loss: { idle: 0.1, age: 7200 } },
  ])('teach no limit: $what', ({ loss }) => {
    expect(lastOf(Array(6).fill({ ...loss, ...left }))).toBe('remote_close');
  });

  it('do not hide the limit that ends another connection at that moment', () => {
    const losses = [
      { kind: 'server' as const, idle: 60, at: 9000 },
      { ...left, idle: 0.1, age: 70, at: 9000 },
    ];
    expect(allOf(losses, 2)).toEqual(['idle_timeout idle 60', 'remote_close']);
  });
});

describe('a crash', () => {
  /** Connections that were opened one a second and then stayed silent end within a tenth of a second. */
  const storm = (count: number, more: Loss = {}): Loss[] =>
    Array.from({ length: count }, (_, i) => ({ idle: i + 0.5, age: 4000 + i, at: 9000 + i / 1000, ...more }));
  const alike = (loss: Loss) => [1, 2, 3].map((i) => ({ ...loss, at: 1000 * i }));

  it.each([
    { what: 'many silent connections', losses: storm(62) },
    { what: 'far more than are compared', losses: storm(400) },
    { what: 'many with a RST', losses: storm(62, { cause: 'connection_reset' }) },
    { what: 'many with 1001', losses: storm(62, { cause: 'remote_close', code: 1001 }) },
    {
      what: 'a silent one, then a busy one',
      losses: [
        { idle: 60, at: 9000 },
        { idle: 0.1, age: 70, at: 9000.9 },
      ],
    },
    {
      what: 'a busy one, then a silent one',
      losses: [
        { idle: 0.1, age: 70, at: 9000 },
        { idle: 60, at: 9000.9 },
      ],
    },
    {
      what: 'two that fit two limits',
      losses: [
        { idle: 60, at: 9000 },
        { idle: 50, at: 9000 },
      ],
    },
  ])('of $what shows no limit', ({ losses }) => {
    expect(allOf(losses, losses.length)).toEqual(losses.map(({ cause = 'connection_lost' }) => cause));
  });

  it.each([
    { what: 'an idle limit', loss: { idle: 8.5, age: 0 } },
    { what: 'an age', loss: { age: 4007 } },
  ])('shows no limit where earlier losses have taught $what', ({ loss }) => {
    const losses = [...alike(loss), ...storm(20)];
    expect(allOf([...alike(loss), { ...loss, at: 5000 }]).at(-1)).toMatch(/ (idle 8.5|age 4007)$/);
    expect(allOf(losses, losses.length)).toEqual(losses.map(() => 'connection_lost'));
  });

  it('is known by the records before, where no record waits for others', () => {
    const losses = [{ idle: 25, at: 9000 }, ...storm(62)];
    expect(allOf(losses).slice(1)).toEqual(storm(62).map(() => 'connection_lost'));
  });

  it.each([
    { what: 'of another host', other: { host: 'b.example' } },
    { what: 'of more than a second before', other: { at: 8998.9 } },
    { what: 'of more than a second after', other: { at: 9001.1 } },
    { what: 'that this end closed', other: { cause: 'local_close', code: 1001 } },
    { what: 'that this end dropped', other: { cause: 'local_terminate' } },
    { what: 'that the peer closed with 1000', other: { cause: 'remote_close', code: 1000 } },
    { what: 'of a handshake', other: { cause: 'handshake_failed' } },
    { what: 'whose silence is not known', other: { idle: undefined } },
    { what: 'that fits, too', other: { idle: 61 } },
  ] as const)('is not an end $what', ({ other }) => {
    const losses = [
      { idle: 59, at: 9000 },
      { idle: 0.1, age: 5, at: 9000, ...other },
    ];
    expect(allOf(losses, 2)[0]).toBe('idle_timeout idle 60');
  });

  it('is not the end of many at one limit', () => {
    const losses = storm(62).map(({ at, age }) => ({ at, age, idle: 60.1 }));
    expect(allOf(losses, 62)).toEqual(losses.map(() => 'idle_timeout idle 60'));
  });
});
