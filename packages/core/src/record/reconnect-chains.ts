import { type Chain, type ChainStore, createPageChains, goesOn } from './chain.ts';
import type { CloseFacts, PendingClose } from './close-facts.ts';
import type { Connection } from './connection.ts';

/** Joins client connections to chains: connections to one origin and path, each begun after the one before ended. */
export interface ReconnectChains {
  /** Adds the end of a client connection to a chain, and the place in the chain to the close. */
  ended(closed: PendingClose): void;
  /** Notes that a connection has opened. Returns the outage that ends, as an item for the queue of closes. */
  opened(opening: PendingClose): PendingClose | undefined;
  /**
   * Ends every outage, because the page or process ends. Returns the outages as items for the queue of closes. A loss
   * after which no connection was begun is no outage: nobody knows whether the app missed a connection.
   */
  endOutages(): PendingClose[];
}

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

  function take({ connection, facts }: PendingClose): Chain | undefined {
    return waiting.take(targetOf(facts), connection.startedAt);
  }

  return {
    ended(closed) {
      const { connection, facts, closedAt, closeTime } = closed;
      const hasOpened = connection.openedAt !== undefined;
      const before = hasOpened ? continued.get(connection) : take(closed);
      const attempt = before && before.attempts + 1;
      const outage = !hasOpened && before?.isLost ? before : undefined;
      const isOurs = (connection.closing?.by ?? facts.initiator) === 'local';
      const end = { closedAt, closeTime };
      if (outage) outage.causes ??= new Set();
      Object.assign(closed, { end, attempt, previous: before?.last, causes: outage?.causes });
      waiting.add({
        target: targetOf(facts),
        loss: end,
        // What this end did on purpose is no loss.
        isLost: !(isOurs && (!hasOpened || isNormal(closed))),
        ...outage,
        last: end,
        attempts: hasOpened ? 0 : (attempt ?? 0),
      });
    },
    opened(opening) {
      const chain = take(opening);
      if (!chain) return undefined;
      continued.set(opening.connection, chain);
      return chain.isLost ? { ...opening, outage: { ...chain, attempts: chain.attempts + 1 } } : undefined;
    },
    endOutages() {
      const closedAt = performance.now();
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
