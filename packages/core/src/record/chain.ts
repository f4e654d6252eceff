import type { SpanContext } from '@opentelemetry/api';
import type { CloseCause } from './close-cause.ts';

/** End of one client connection, as the next connections to the same target see it. */
export interface ChainEnd {
  /** Time of the end, in monotonic milliseconds. */
  readonly closedAt: number;
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
/**
 * Milliseconds by which a connection may start before the end of the one before. An app may connect again in its
 * listener of `error`, which runs before `close`.
 */
export const OVERLAP = 10;
/** Largest number of chains that a page remembers. */
const MOST_CHAINS = 1000;

/** Returns whether a chain goes on at a time, in monotonic milliseconds: it has ended, at most ten minutes before. */
export function goesOn({ last: { closedAt } }: Chain, time: number): boolean {
  return closedAt <= time + OVERLAP && time - closedAt <= LONGEST_GAP;
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
