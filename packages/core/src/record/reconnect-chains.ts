import {
  type Chain,
  type ChainEnd,
  type ChainStore,
  createPageChains,
  earliestNext,
  goesOn,
} from './chain.ts';
import type { CloseFacts, PendingClose } from './close-facts.ts';
import { type Connection, now } from './connection.ts';

/** Joins client connections to chains: connections to one origin and path, each begun after the one before ended. */
export interface ReconnectChains {
  /**
   * Adds the end of a client connection to a chain, and the place in the chain to the close.
   * @returns the outage, as an item for the queue of closes, if the app gave up the connection before its end, and
   *   another one has opened since
   */
  ended(closed: PendingClose): PendingClose | undefined;
  /** Notes that a connection has opened. Returns the outage that ends, as an item for the queue of closes. */
  opened(opening: PendingClose): PendingClose | undefined;
  /**
   * Ends every outage, because the page or process ends. Returns the outages as items for the queue of closes. A loss
   * after which no connection was begun is no outage: nobody knows whether the app missed a connection.
   */
  endOutages(): PendingClose[];
}

/** Chain whose first connection continued no other one. Later it may turn out to continue one that still closes. */
interface BegunChain extends Chain {
  /** Start of the first connection, in monotonic milliseconds. */
  readonly begunAt: number;
  /** The opening, if a connection of the chain has opened. */
  opening?: PendingClose;
}

/** Stands for the end before a first connection. */
const NO_END: ChainEnd = { closedAt: 0, closeTime: 0, nextFrom: 0 };
/** Number of chains that are remembered as ones that may continue another. */
const MOST_BEGUN = 100;
/** Stands for the connection that did not open, of which nothing is known. */
const NONE = { connection: {} as Connection };
/** Number of characters of a URL in which targets differ. */
const LONGEST_URL = 2048;
/** User info, query and fragment of a URL. Libraries put ids there that differ in each connection. */
const VARYING = /^(\w+:\/\/)[^/?#]*@|[?#].*/gs;

/**
 * Makes the chains of one page or process. Times alone decide, and no timer runs.
 * @param isNormal returns whether a connection had opened, and closed normally
 * @param waiting chains that wait for their next connection
 */
export function createReconnectChains(
  isNormal: (closed: PendingClose) => boolean,
  waiting: ChainStore = createPageChains(),
): ReconnectChains {
  /** Chains that the connections that have opened continue. */
  const continued = new WeakMap<Connection, Chain>();
  /** The latest chains whose first connection continued no other one. */
  const begun: BegunChain[] = [];

  function take({ connection, facts }: PendingClose): Chain | undefined {
    return waiting.take(targetOf(facts), connection.startedAt);
  }

  function remember(chain: BegunChain): void {
    if (begun.push(chain) > MOST_BEGUN) begun.shift();
  }

  /**
   * Joins a chain that is lost with one that was begun after the app had given up the connection, and before that
   * connection ended.
   * @returns the outage that was over before; `undefined` if there is none, or if it was measured already
   */
  function goOnWith(later: BegunChain, { loss }: Chain): PendingClose | undefined {
    const { opening, last } = later;
    // Then the outage was measured from the end of a connection that failed.
    if (opening && later.isLost) return undefined;
    later.causes ??= new Set();
    if (later.loss.cause) later.causes.add(later.loss.cause);
    later.attempts++;
    Object.assign(later, { loss, last: last === NO_END ? loss : last, isLost: true });
    return opening && goOn(opening, later);
  }

  /** Lets a chain go on with a connection that has opened. Returns the outage that has ended, if there was one. */
  function goOn(opening: PendingClose, chain: Chain): PendingClose | undefined {
    continued.set(opening.connection, chain);
    return chain.isLost ? { ...opening, outage: { ...chain, attempts: chain.attempts + 1 } } : undefined;
  }

  return {
    ended(closed) {
      const { connection, facts, closedAt, closeTime } = closed;
      const { startedAt, closing } = connection;
      const hasOpened = connection.openedAt !== undefined;
      const before = hasOpened ? continued.get(connection) : take(closed);
      const attempt = before && before.attempts + 1;
      const isOurs = (closing?.by ?? facts.initiator) === 'local';
      // What this end did on purpose is no loss.
      const isLost = !(isOurs && (!hasOpened || isNormal(closed)));
      // A dead peer sends no Close frame, and a runtime may wait a minute for one. The app misses a connection meanwhile.
      const waited = isOurs && isLost && closing ? closedAt - closing.at : 0;
      const lostAt = closedAt - waited;
      const nextFrom = earliestNext(startedAt, lostAt);
      const last = { closedAt: lostAt, closeTime: closeTime - waited, nextFrom };
      Object.assign(closed, { end: last, attempt, previous: before?.last });
      const target = targetOf(facts);
      const chain = { target, loss: last, last, attempts: 0, isLost, begunAt: startedAt };
      if (hasOpened) {
        // Not itself: a coarse clock may give the start and the call of `close()` one time.
        const isNext = (one: BegunChain) =>
          one.begunAt >= lostAt && one.target === target && one.opening?.connection !== connection;
        const later = waited > 0 ? begun.find(isNext) : undefined;
        if (later) {
          begun.splice(begun.indexOf(later), 1);
          return goOnWith(later, chain);
        }
        waiting.add(chain);
      } else if (before) {
        if (before.isLost) {
          before.causes ??= new Set();
          closed.causes = before.causes;
        } else Object.assign(before, { loss: last, isLost, causes: undefined });
        waiting.add(Object.assign(before, { last, attempts: attempt }));
      } else {
        waiting.add(chain);
        remember(chain);
      }
      return undefined;
    },
    opened(opening) {
      const { connection, facts } = opening;
      const chain = take(opening);
      if (!chain) {
        const target = targetOf(facts);
        const begunAt = connection.startedAt;
        remember({ target, loss: NO_END, last: NO_END, attempts: -1, isLost: false, begunAt, opening });
        return undefined;
      }
      // Only asked of a chain that is still among those begun.
      return goOn(opening, Object.assign(chain, { opening }));
    },
    endOutages() {
      const closedAt = now();
      return waiting.takeAll().flatMap((outage) => {
        // A page may come back.
        waiting.add({ ...outage, isLost: false });
        return outage.isLost && outage.attempts > 0 && goesOn(outage, closedAt)
          ? [
              {
                ...NONE,
                facts: { url: outage.target } as CloseFacts,
                closedAt,
                closeTime: Date.now(),
                outage,
              },
            ]
          : [];
      });
    },
  };
}

/** Returns what the URLs of a chain have in common: origin and path. A library may pass any value for a URL. */
function targetOf({ url }: CloseFacts): string {
  return typeof url === 'string' ? url.slice(0, LONGEST_URL).replace(VARYING, '$1') : '';
}
