/** Attaches a value to objects of somebody else's, invisible to everybody else. */
export interface PrivateSlot<T> {
  /** The value attached to an object; `undefined` when there is none. */
  get(owner: object): T | undefined;
  set(owner: object, value: T): void;
}

/** A base class whose constructor returns the object that it is given, so that subclasses add their fields to it. */
class Given {
  constructor(owner: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the return is the point
    return owner;
  }
}

/** Makes a slot: a private field on the object itself. A `WeakMap` would cost an open socket half as much again. */
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
