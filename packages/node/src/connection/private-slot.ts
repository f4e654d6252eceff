/** Holds a value for an object of somebody else's, where nobody else can see it. */
export interface PrivateSlot<T> {
  /** `undefined` when none was set. */
  get(owner: object): T | undefined;
  set(owner: object, value: T): void;
}

/** A base class whose instances are the objects that it is given, so that fields land on those. */
class Given {
  constructor(owner: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the return is the point
    return owner;
  }
}

/**
 * Makes a slot: a private field on the object itself. A `WeakMap` says the same and costs an open socket half as much
 * again.
 */
export function createPrivateSlot<T>(): PrivateSlot<T> {
  class Slot extends Given {
    #value: T;

    constructor(owner: object, value: T) {
      super(owner);
      this.#value = value;
    }

    static get(owner: object): T | undefined {
      return #value in owner ? owner.#value : undefined;
    }

    static set(owner: object, value: T): void {
      if (#value in owner) owner.#value = value;
      else new Slot(owner, value);
    }
  }
  return Slot;
}
