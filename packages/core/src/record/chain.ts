import type { SpanContext } from '@opentelemetry/api';
import type { CloseCause } from './close-cause.ts';

/** End of one client connection, as the next connections to the same target see it. */
export interface ChainEnd {
  /** Time of the end, in monotonic milliseconds. */
  readonly closedAt: number;
  /** Earliest start of a connection that follows, in monotonic milliseconds. */
  readonly nextFrom: number;
  /** Time of the end, in epoch milliseconds. */
  readonly closeTime: number;
  /** Cause of the end. `undefined` until the record is made. */
  cause?: CloseCause;
  /** Ids of the close span, sampled or not. `undefined` until the span is made, or if there is no span. */
  span?: SpanContext | undefined;
}

/**
 * Connections to one target, of which each followed the end of the one before, and none is open. A chain stays one
 * object while the app misses a connection.
 */
export interface Chain {
  /** Origin and path of the connections' URLs. */
  readonly target: string;
  /** First end since a connection of the chain was open. If none was open, the first end of all. */
  loss: ChainEnd;
  /** Last end. */
  last: ChainEnd;
  /** Number of connections that were begun since the loss. */
  attempts: number;
  /**
   * Causes of the connections that were begun since the loss and did not open, each once. The writer adds them.
   * `undefined` before the first such connection.
   */
  causes?: Set<CloseCause> | undefined;
  /** Whether the app misses a connection. `false` if this end closed the last connection normally. */
  isLost: boolean;
}

/** Chains that wait for their next connection. */
export interface ChainStore {
  add(chain: Chain): void;
  /**
   * Removes and returns the chain that a connection continues. Chains that miss a connection come first, then those that
   * ended first.
   * @param startedAt start of the connection, in monotonic milliseconds
   */
  take(target: string, startedAt: number): Chain | undefined;
  /** Removes and returns all chains. */
  takeAll(): Chain[];
}

/** Longest time from an end to the start of the next connection of a chain, in milliseconds. */
const LONGEST_GAP = 600_000;
/** Most milliseconds by which a connection may start before the end of the one before. */
const OVERLAP = 10;
/** Largest number of chains that a page remembers. */
const MOST_CHAINS = 1000;

/** Returns whether a chain goes on at a time, in monotonic milliseconds: it has ended, at most ten minutes before. */
export function goesOn(chain: Chain, time: number): boolean {
  return chain.last.nextFrom <= time && !isOver(chain, time);
}

/** Returns whether a chain goes on no more at a time, in monotonic milliseconds: it ended over ten minutes before. */
export function isOver({ last }: Chain, time: number): boolean {
  return time - last.closedAt > LONGEST_GAP;
}

/**
 * Returns the earliest start of a connection that follows one, in monotonic milliseconds. An app may connect again in
 * its listener of `error`, which runs before `close`. But connections that are begun at once may all fail within a
 * millisecond, and then none follows another.
 */
export function earliestNext(startedAt: number, closedAt: number): number {
  // The start is not known of a connection from before observation.
  return closedAt - Math.min(OVERLAP, (closedAt - startedAt) / 2 || 0);
}

/** Makes a store for the few chains of a page. */
export function createPageChains(): ChainStore {
  const all: Chain[] = [];
  return {
    add(chain) {
      if (all.push(chain) > MOST_CHAINS) all.shift();
    },
    take(target, startedAt) {
      const fits = (chain: Chain) => chain.target === target && goesOn(chain, startedAt);
      const first = all.find((chain) => chain.isLost && fits(chain)) ?? all.find(fits);
      if (first) all.splice(all.indexOf(first), 1);
      return first;
    },
    takeAll: () => all.splice(0),
  };
}
