import { guard, now, type QueuePause } from '@closespan/core/platform';
import { detached } from '../pipeline/detached.ts';
import { startPause } from '../pipeline/timers-at-load.ts';

/**
 * Visits the open connections of all libraries in turn and compares how many bytes each has received and sent. So a
 * message costs nothing. The time of a byte is known as exactly as the visits are close together.
 */
export interface Sweep {
  /** Adds a list of connections. */
  add(list: SweptList): void;
  /** Starts the visits, if they do not run yet. They stop when no connection is open. */
  start(): void;
  /** Returns the time between two visits of one connection, in milliseconds. */
  period(): number;
  /**
   * Returns for how long this process could not read before a moment, in milliseconds. Within that time the peer may have
   * ended the connection, or sent something.
   */
  stallBefore(time: number): number;
  stop(): void;
}

/** A list of open connections in blocks of equal size. */
interface SweptList {
  blockCount(): number;
  /**
   * Visits the connections of one block.
   * @param readUntil monotonic milliseconds until which this process could read
   */
  visitBlock(index: number, readUntil: number, time: number): void;
}

/** Milliseconds between two ticks. */
const TICK = 100;
/** Number of blocks that each tick visits at least. */
const FEWEST_BLOCKS = 4;
/** Number of blocks that each tick visits at most: 4,096 connections, which take about 2 ms. */
const MOST_BLOCKS = 16;
/** Number of ticks in which all blocks are visited, if there are not too many of them. */
const TICKS_A_ROUND = 10;

/** Shortest stall after which an end counts as a part of the stall, in milliseconds. */
const LONG_STALL = 1000;
/** Milliseconds after a long stall in which events of the stall may still come, since a busy machine is slow. */
const AFTERMATH = 1000;

/** Makes a sweep. Its timers do not keep the process alive. */
export function createSweep(): Sweep {
  const lists: SweptList[] = [];
  let pause: QueuePause | undefined;
  let dueAt = 0;
  let lateness = 0;
  let longStall = { start: Number.NEGATIVE_INFINITY, end: Number.NEGATIVE_INFINITY };
  /** Number of the block that is visited next, counted through all lists. */
  let next = 0;

  function blockCount(): number {
    let count = 0;
    for (const list of lists) count += list.blockCount();
    return count;
  }

  function startTick(): void {
    dueAt = now() + TICK;
    const started = startPause(TICK);
    pause = started;
    void started.over.then(() => {
      if (pause !== started) return;
      pause = undefined;
      guard('sweep', tick, undefined);
    });
  }

  function tick(): void {
    const time = now();
    const count = blockCount();
    if (count === 0) return;
    lateness = Math.max(0, time - dueAt);
    if (lateness >= LONG_STALL) longStall = { start: dueAt, end: time };
    try {
      for (let left = blocksATick(count); left > 0; left--) visitNext(time);
    } finally {
      startTick();
    }
  }

  function visitNext(time: number): void {
    let index = next++;
    for (const list of lists) {
      if (index < list.blockCount()) {
        list.visitBlock(index, time - lateness, time);
        return;
      }
      index -= list.blockCount();
    }
    next = 0;
    visitNext(time);
  }

  const startDetached = detached(startTick);
  return {
    add: (list) => void lists.push(list),
    start() {
      if (pause) return;
      lateness = 0;
      startDetached();
    },
    period() {
      const count = Math.max(1, blockCount());
      return TICK * Math.ceil(count / blocksATick(count));
    },
    stallBefore(time) {
      const stall = time > dueAt ? time - dueAt : lateness;
      return time - longStall.end < AFTERMATH ? Math.max(stall, time - longStall.start) : stall;
    },
    stop() {
      const stopped = pause;
      pause = undefined;
      stopped?.end();
    },
  };
}

function blocksATick(count: number): number {
  const wanted = Math.max(FEWEST_BLOCKS, Math.ceil(count / TICKS_A_ROUND));
  return Math.min(count, wanted, MOST_BLOCKS);
}
