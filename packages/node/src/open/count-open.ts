import { type LabelLimits, now } from '@closespan/core/platform';
import type { OpenWalk, VisitOpen } from '../connection/open-walk.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { nextTurn } from '../pipeline/timers-at-load.ts';
import { type ConnectionGroup, createConnectionGroups, NOT_COUNTED } from './connection-groups.ts';

/** Counts the open connections of all libraries. */
export interface OpenCount {
  /**
   * Counts the open connections, in slices of one millisecond. Calls during a count share its result.
   * @returns all groups with their counts; some entries are `undefined`
   */
  count(): Promise<readonly (ConnectionGroup | undefined)[]>;
}

/** Values of `websocket.connection.age_group`. A group's count of an age has the age's index. */
export const AGE_GROUPS: readonly string[] = ['lt_1m', 'lt_10m', 'lt_1h', 'lt_1d', 'ge_1d'];
/** Place of the silent connections in a group's counts. Those with an unanswered ping have a place of their own. */
export const SILENT: number = AGE_GROUPS.length;
/** Place of the silent connections whose peer owes a pong. */
const SILENT_AFTER_PING = SILENT + 1;
/** Ages in milliseconds at which each group but the first begins. */
const AGE_EDGES = [60_000, 600_000, 3_600_000, 86_400_000];
/** Default of the option `silenceThreshold`: two minutes. */
const SILENCE_MILLIS = 120_000;
/** Time for which a count runs before other code gets a turn of the event loop, in milliseconds. */
const SLICE_MILLIS = 1;
/** Number of known connections that are counted between two looks at the clock. */
const LOOK_EVERY = 64;
/** Number of known connections that take no longer than one connection whose URL is read. */
const FIRST_VISIT = 16;

/**
 * Makes a count of open connections.
 * @param lists the open connections of each library
 */
export function createOpenCount(
  options: NodeWebSocketOptions,
  limits: LabelLimits,
  lists: readonly OpenWalk[],
): OpenCount {
  const { silenceThreshold = SILENCE_MILLIS } = options;
  const { groups, numberOf } = createConnectionGroups(options, limits, SILENT_AFTER_PING + 1);
  // The age of a connection from before observation began is not known. The connection is at least as old.
  const began = now();
  let running: Promise<readonly (ConnectionGroup | undefined)[]> | undefined;
  let time = 0;
  /** Connections whose last byte came before this time are silent. */
  let silentSince = 0;
  let steps = 0;

  const visit: VisitOpen = (connection, known, socket, factsOf, receivedAt = time, isPingOverdue) => {
    const number = known || numberOf(connection, factsOf(socket, connection));
    steps += known ? 1 : FIRST_VISIT;
    if (number === NOT_COUNTED) return number;
    const { counting } = groups[number] as ConnectionGroup;
    const { openedAt = time } = connection;
    const place = placeOf(time - (Number.isNaN(openedAt) ? began : openedAt));
    counting[place] = (counting[place] as number) + 1;
    if (receivedAt < silentSince) {
      const silent = isPingOverdue?.(socket) ? SILENT_AFTER_PING : SILENT;
      counting[silent] = (counting[silent] as number) + 1;
    }
    return number;
  };

  async function run(): Promise<readonly (ConnectionGroup | undefined)[]> {
    time = now();
    silentSince = time - silenceThreshold;
    for (const group of groups) group?.counting.fill(0);
    let until = time + SLICE_MILLIS;
    for (const { walk } of lists) {
      const next = walk(visit);
      while (next()) {
        if (steps < LOOK_EVERY) continue;
        steps = 0;
        if (now() < until) continue;
        await nextTurn();
        until = now() + SLICE_MILLIS;
      }
    }
    for (const group of groups) {
      if (group) [group.counted, group.counting] = [group.counting, group.counted];
    }
    return groups;
  }

  return {
    count() {
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

function placeOf(age: number): number {
  let place = 0;
  for (const edge of AGE_EDGES) if (age >= edge) place++;
  return place;
}
