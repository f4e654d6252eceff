import type { VisitOpen } from '../connection/open-walk.ts';

/** Walks over a list in which the last connection takes the place of one that ends. One walk runs at a time. */
export interface ListWalk {
  /** Starts a walk. The result visits one more connection; it returns `false` when no connection is left. */
  start(visit: VisitOpen): () => boolean;
  /** Notes that the last connection has moved to a place. A walk that has passed the place would miss the connection. */
  noteMove(place: number): void;
}

/**
 * Makes walks over a list.
 * @param size returns the number of connections
 * @param visitAt visits the connection at a place
 */
export function createListWalk(
  size: () => number,
  visitAt: (place: number, visit: VisitOpen) => void,
): ListWalk {
  /** The running walk. Connections before `place` are visited. */
  let walk: { place: number; readonly visit: VisitOpen } | undefined;
  return {
    start(visit) {
      const begun = { place: 0, visit };
      walk = begun;
      return () => {
        if (begun.place < size()) {
          visitAt(begun.place++, visit);
          return true;
        }
        if (walk === begun) walk = undefined;
        return false;
      };
    },
    noteMove(place) {
      if (walk && place < walk.place && walk.place <= size()) visitAt(place, walk.visit);
    },
  };
}
