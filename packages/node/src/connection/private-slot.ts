/** Attaches a value to objects that belong to other code. Other code cannot see the value. */
export interface PrivateSlot<T> {
  /** Returns the value that is attached to an object; `undefined` if there is none. */
  get(owner: object): T | undefined;
  set(owner: object, value: T): void;
}

/**
 * A base class whose constructor returns the object that it receives. So a subclass adds its private fields to that
 * object.
 */
class Given {
  constructor(owner: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the return is the point
    return owner;
  }
}

/**
 * Makes a slot, which stores each value in a private field on the object itself. A `WeakMap` would add one half to the
 * memory of an open socket.
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
