import { type Chain, type ChainStore, goesOn, isOver } from './chain.ts';

/** Largest number of targets that are remembered. */
const MOST_TARGETS = 1000;
/** Largest number of chains that are remembered, of all targets together. */
const MOST_CHAINS = 10_000;
/** Largest number of chains of one target among which the next connection finds its chain. */
const MOST_SEEN = 100;

/**
 * Makes a store for the chains of a process, which may have many clients. Looking for a chain takes no longer with many
 * chains than with few.
 */
export function createProcessChains(): ChainStore {
  /** Chains that miss a connection, and the others, by target. */
  const lost = createTargets();
  const quiet = createTargets();
  return {
    add: (chain) => (chain.isLost ? lost : quiet).add(chain),
    take: (target, startedAt) => lost.take(target, startedAt) ?? quiet.take(target, startedAt),
    takeAll: () => [...lost.takeAll(), ...quiet.takeAll()],
  };
}

function createTargets(): ChainStore {
  /** Chains by target. The target whose chain was added first is the first, and so is the chain that ended first. */
  const targets = new Map<string, Chain[]>();
  let size = 0;

  function remove(target: string, chains: Chain[], index: number): Chain | undefined {
    size--;
    if (chains.length < 2) targets.delete(target);
    return index > 0 ? chains.splice(index, 1)[0] : chains.shift();
  }

  return {
    add(chain) {
      const { target } = chain;
      const chains = targets.get(target) ?? [];
      // A connection that the app gave up is added when it has ended, after others that were lost later.
      let place = chains.length;
      while ((chains[place - 1]?.last.closedAt ?? Number.NaN) > chain.last.closedAt) place--;
      chains.splice(place, 0, chain);
      size++;
      targets.delete(target);
      targets.set(target, chains);
      const [oldest] = targets;
      while (oldest && (targets.size > MOST_TARGETS || size > MOST_CHAINS)) remove(...oldest, 0);
    },
    take(target, startedAt) {
      const chains = targets.get(target) ?? [];
      while (chains[0] && isOver(chains[0], startedAt)) remove(target, chains, 0);
      // The chain that ended first may be one of the few that can go on only a little later than others.
      const index = chains.slice(0, MOST_SEEN).findIndex((chain) => goesOn(chain, startedAt));
      return index < 0 ? undefined : remove(target, chains, index);
    },
    takeAll() {
      const all = [...targets.values()].flat();
      targets.clear();
      size = 0;
      return all;
    },
  };
}
