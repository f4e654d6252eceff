import type { CountedStream } from './counted-stream.ts';
import { ROW_LENGTH, visitRow } from './traffic-row.ts';

/** Open connections that are visited together, with a row of traffic for each. */
export interface ConnectionBlock<Owner> {
  /** Objects from which the streams are found; the places after the last connection are empty. */
  readonly owners: (Owner | undefined)[];
  readonly rows: Uint32Array;
  /** Number with which each connection was counted last; 0 before its first count. */
  readonly groups: Uint16Array;
  /** Time of the last visit of the whole block, in monotonic milliseconds. */
  visitedAt: number;
}

/** Logarithm, to the base 2, of the number of connections in a block. */
export const BLOCK_BITS = 8;
/** Number of connections in a block. */
export const BLOCK_SIZE: number = 1 << BLOCK_BITS;

/** Makes an empty block. */
export function createBlock<Owner>(time: number): ConnectionBlock<Owner> {
  return {
    owners: new Array(BLOCK_SIZE),
    rows: new Uint32Array(BLOCK_SIZE * ROW_LENGTH),
    groups: new Uint16Array(BLOCK_SIZE),
    visitedAt: time,
  };
}

/**
 * Visits the first connections of a block. A byte came or left between the last visit and this one: the middle is
 * noted.
 * @param count number of connections
 * @param readUntil monotonic milliseconds until which this process could read
 */
export function visitBlock<Owner>(
  block: ConnectionBlock<Owner>,
  count: number,
  streamOf: (owner: Owner) => CountedStream | null | undefined,
  readUntil: number,
  time: number,
): void {
  const { owners, rows, visitedAt } = block;
  const seenAt = (visitedAt + Math.max(visitedAt, readUntil)) / 2;
  block.visitedAt = time;
  for (let i = 0; i < count; i++) {
    const owner = owners[i];
    const stream = owner && streamOf(owner);
    if (stream) visitRow(rows, i * ROW_LENGTH, stream, seenAt);
  }
}
