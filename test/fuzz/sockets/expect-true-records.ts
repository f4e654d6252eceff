import { expect } from 'vitest';
import type { SocketCase } from './cases.ts';
import type { CaseResult } from './run-cases.ts';

/** A `close` event as the app saw it; the event of `websocket` has no `wasClean`. */
interface SeenClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean?: boolean;
}

/** Expects one record of a case, which says what the app saw. */
export function expectTrueRecords({ end }: SocketCase, { log, records }: CaseResult): void {
  const opened = log.includes('open');
  // A connection whose end the library does not notice has a record when a timer is over, or none.
  if (opened && !log.some((line) => line.startsWith('close ')) && !log.includes('uncaught thrown in error')) {
    expect(records.length, 'number of records').toBeLessThanOrEqual(1);
    return;
  }
  // A refused upgrade is measured, and has no record.
  expect(records, 'number of records').toHaveLength(opened || end === 'client' ? 1 : 0);
  const [record] = records;
  if (!record) return;
  expect(record.kind).toBe(end);
  expect(record.handshakeSucceeded, 'handshakeSucceeded').toBe(opened);
  const closes = log.filter((line) => line.startsWith('close '));
  const [close] = closes.map(
    (line): SeenClose => JSON.parse(line.slice('close '.length, line.lastIndexOf('}') + 1)),
  );
  if (!close) {
    expect(record, 'a record without a close event').toMatchObject({
      code: 1006,
      wasClean: false,
      reason: '',
    });
    return;
  }
  expect(record.synthetic, 'synthetic').toBe(false);
  expect(record.reportedCode ?? record.code, 'code').toBe(close.code);
  if (close.wasClean === undefined) return;
  expect(record.code, 'code').toBe(close.code);
  expect(record.wasClean, 'wasClean').toBe(close.wasClean);
  expect(record.reason, 'reason').toBe(close.reason);
}
