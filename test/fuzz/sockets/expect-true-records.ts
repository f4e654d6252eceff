import { expect } from 'vitest';
import type { Act, SocketCase } from './cases.ts';
import type { CaseResult } from './run-cases.ts';

/** A `close` event as the app saw it; the event of `websocket` has no `wasClean`. */
interface SeenClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean?: boolean;
}

/** Expects one record of a case, which says what the app saw. */
export function expectTrueRecords(one: SocketCase, { log, records, doubles }: CaseResult): void {
  expect(doubles, 'second records of earlier connections').toEqual([]);
  const { end } = one;
  const opened = log.includes('open');
  const isThrown = log.includes('uncaught thrown in error');
  const isTold = log.some((line) => line.startsWith('close '));
  // A connection whose end the library does not notice has a record when a timer is over, or none.
  if (opened && !isTold && !isThrown) {
    expect(records.length, 'number of records').toBeLessThanOrEqual(1);
    return;
  }
  // `ws` tells nobody of the end if the app throws in `error` at a frame that was read after TCP had closed.
  if (isThrown && !isTold && isPaused(one) && records.length === 0) return;
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
  const initiators = initiatorsOf(one, log);
  if (initiators) expect(initiators, 'initiator').toContain(record.initiator);
  expect(record.synthetic, 'synthetic').toBe(false);
  expect(record.reportedCode ?? record.code, 'code').toBe(close.code);
  if (close.wasClean === undefined) return;
  expect(record.code, 'code').toBe(close.code);
  expect(record.wasClean, 'wasClean').toBe(close.wasClean);
  expect(record.reason, 'reason').toBe(close.reason);
}

function isPaused({ steps }: SocketCase): boolean {
  return steps.flat().some(({ by, name }) => by === 'app' && name === 'pause');
}

/** Acts that end a connection, or begin to end it. */
const CLOSING = ['close', 'terminate', 'half a close', 'broken', 'end', 'destroy', 'reset'];

/**
 * Returns who may have closed first, in the words of a record. Returns `undefined` for a case in which nobody can say so
 * beforehand: both ends act at once, a listener acts, or the app reads nothing.
 */
function initiatorsOf(
  { library, handshake, abort, listeners, steps }: SocketCase,
  log: readonly string[],
): string[] | undefined {
  if (handshake !== 'accept' || abort !== 'never' || Object.keys(listeners).length > 0) return undefined;
  const isPaused = steps.flat().some(({ name }) => name === 'pause');
  if (isPaused || log.some((line) => line.startsWith('threw'))) return undefined;
  // Its servers drop a connection with a message of over 64 KiB.
  if (library === 'websocket' && steps.flat().some(({ args }) => Number(args[0]) > 65_536)) return undefined;
  const closing = steps
    .map((acts) => acts.filter(({ name }) => CLOSING.includes(name)))
    .find(({ length }) => length > 0);
  const [first, ...others] = closing ?? [];
  if (!first || others.length > 0) return undefined;
  return first.by === 'app' ? ['local'] : initiatorsByPeer(first);
}

function initiatorsByPeer({ name }: Act): string[] | undefined {
  if (name === 'close') return ['remote'];
  return ['end', 'destroy', 'reset'].includes(name) ? ['none', 'unknown'] : undefined;
}
