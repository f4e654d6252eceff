import type { CloseRecord } from '@closespan/core';

/**
 * Returns a record whose times are numbers. An app's fake of `performance.now` may return anything, such as
 * `undefined`. The connection then began to close when it was closed, as far as is known.
 */
export function knownTimes(record: CloseRecord): CloseRecord {
  const { startTime, closingTime, closeTime } = record;
  if (Number.isFinite(startTime + closingTime)) return record;
  return {
    ...record,
    startTime: Number.isFinite(startTime) ? startTime : closeTime,
    closingTime: Number.isFinite(closingTime) ? closingTime : closeTime,
  };
}
