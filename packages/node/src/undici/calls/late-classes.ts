/** Classes of WebSockets by when they were loaded: no socket of a late one is from before observation. */
export interface LateClasses {
  /** A class is found; the first time counts. */
  add(prototype: object, isLate: boolean): void;
  /** Whether a socket is of a late one. Node's own class is there from the start. */
  includes(websocket: object): boolean;
}

/** Makes a list, at the start of observation. */
export function createLateClasses(): LateClasses {
  const areLate = new WeakMap<object, boolean>();
  return {
    add(prototype, isLate) {
      if (!areLate.has(prototype)) areLate.set(prototype, isLate);
    },
    includes(websocket) {
      for (let one = Object.getPrototypeOf(websocket); one; one = Object.getPrototypeOf(one)) {
        const isLate = areLate.get(one);
        if (isLate !== undefined) return isLate;
      }
      return false;
    },
  };
}
