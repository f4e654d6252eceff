import { guard } from '../guard.ts';
import { defineProperty, ownProperty } from '../observe/define-property.ts';
import { type HandlerRole, handlerNames } from './handler-names.ts';

/**
 * Runs before a handler, with the arguments of the call. May return a function that gets the result of the handler, and
 * returns the result that the runtime gets.
 * @param self `this` of the handler
 */
export type NoteCall = (
  role: HandlerRole,
  self: unknown,
  args: readonly unknown[],
) => ((result: unknown) => unknown) | undefined;

type Handler = (this: unknown, ...args: unknown[]) => unknown;
type Note = (self: unknown, args: readonly unknown[]) => ReturnType<NoteCall>;

/** Functions that this module has made, with the handlers of the app that they call. */
const originals = new WeakMap<object, Handler | undefined>();

/** Puts functions that note their calls in the place of an app's handlers. */
export interface HandlerWrapper {
  /**
   * Wraps the handlers of an object in place, and returns the object. Of an object that cannot be changed, such as a
   * frozen one, returns a copy. Handlers that are wrapped already stay as they are.
   * @param note runs before each call of a wrapped handler
   * @returns `undefined` if the object has no handlers of WebSockets
   */
  wrap<H extends object>(handlers: H, note: NoteCall): H | undefined;
}

/**
 * Makes an object that wraps handlers.
 * @param wants returns whether calls of a role are noted. Other handlers are not wrapped
 */
export function createHandlerWrapper(wants: (role: HandlerRole) => boolean): HandlerWrapper {
  const made = new WeakSet<object>();
  const copies = new WeakMap<object, object>();

  function wrap<H extends object>(handlers: H, note: NoteCall): H | undefined {
    const names = handlerNames((name) => isHandler(findProperty(handlers, name)));
    if (!names) return undefined;
    const known = copies.get(handlers);
    if (known) return known as H;
    let copy: object | undefined;
    // In a copy, handlers still run on the app's own object, which may have private fields.
    const selfOf = (self: unknown) => (copy !== undefined && self === copy ? handlers : self);
    const changes = new Map<string, PropertyDescriptor>();
    for (const [name, role] of names.roles) {
      const found = findProperty(handlers, name);
      const isAdded = names.added.includes(name);
      if (!wants(role) || (!isHandler(found) && !isAdded)) continue;
      const changed = changedProperty(handlers, name, found, (original) =>
        wrapped(original, (self, args) => note(role, selfOf(self), args), selfOf),
      );
      if (changed) changes.set(name, changed);
    }
    if (changeInPlace(handlers, changes)) return handlers;
    copy = copyOf(handlers, changes);
    copies.set(handlers, copy).set(copy, copy);
    return copy as H;
  }

  /** Returns the property that takes the place of another. Returns `undefined` if it is observed already. */
  function changedProperty(
    handlers: object,
    name: string,
    found: PropertyDescriptor | undefined,
    change: (original: Handler | undefined) => Handler,
  ): PropertyDescriptor | undefined {
    const own = ownProperty(handlers, name);
    const flags = {
      configurable: true,
      // A copy of an object by its own properties has what such a copy had before.
      enumerable: own ? Boolean(own.enumerable) : !found && isPlainObject(handlers),
    };
    const get = found?.get;
    if (get) {
      if (made.has(get)) return undefined;
      const changes = new WeakMap<object, Handler>();
      const changedGet = function (this: unknown): unknown {
        const value: unknown = Reflect.apply(get, this, []);
        if (typeof value !== 'function' || made.has(value)) return value;
        const known = changes.get(value) ?? change(value as Handler);
        changes.set(value, known);
        return known;
      };
      made.add(changedGet);
      return { ...flags, get: changedGet, ...(found.set && { set: found.set }) };
    }
    const value = found?.value as Handler | undefined;
    if (value && made.has(value)) return undefined;
    return { ...flags, writable: true, value: change(value) };
  }

  function wrapped(given: Handler | undefined, note: Note, selfOf: (self: unknown) => unknown): Handler {
    // Under a wrapper of an earlier observation, which has stopped, lies the app's own handler.
    const original = given && originals.has(given) ? originals.get(given) : given;
    const call = (self: unknown, args: readonly unknown[]) =>
      guard('observeHandlers', () => note(self, args));
    const wrapper: Handler = original
      ? new Proxy(original, {
          __proto__: null,
          apply(target: Handler, self: unknown, args: unknown[]) {
            const after = call(self, args);
            if (!after) return Reflect.apply(target, selfOf(self), args);
            let result: unknown;
            try {
              result = Reflect.apply(target, selfOf(self), args);
            } finally {
              result = guard('observeHandlers', () => after(result), result);
            }
            return result;
          },
        } as ProxyHandler<Handler>)
      : (...args) => void call(undefined, args);
    made.add(wrapper);
    originals.set(wrapper, original);
    return wrapper;
  }

  return { wrap };
}

/** Finds a property in an object or in its prototypes, without a call of its getter. */
function findProperty(handlers: object, name: string): PropertyDescriptor | undefined {
  for (let one: object | null = handlers; one; one = Object.getPrototypeOf(one)) {
    const found = ownProperty(one, name);
    if (found) return found;
  }
  return undefined;
}

function isHandler(found: PropertyDescriptor | undefined): boolean {
  return Boolean(found?.get) || typeof found?.value === 'function';
}

function isPlainObject(handlers: object): boolean {
  return [Object.prototype, null].includes(Object.getPrototypeOf(handlers));
}

/** @returns `false` if a property could not be changed. No property is changed then */
function changeInPlace(handlers: object, changes: ReadonlyMap<string, PropertyDescriptor>): boolean {
  const isChangeable = (name: string) =>
    ownProperty(handlers, name)?.configurable ?? Object.isExtensible(handlers);
  if (![...changes.keys()].every(isChangeable)) return false;
  return [...changes].every(([name, changed]) => defineProperty(handlers, name, changed));
}

/** Returns a copy of an object with changed properties, as frozen or sealed as the object. */
function copyOf(handlers: object, changes: ReadonlyMap<string, PropertyDescriptor>): object {
  const copy = Object.create(Object.getPrototypeOf(handlers), {
    ...Object.getOwnPropertyDescriptors(handlers),
    ...Object.fromEntries(changes),
  });
  if (Object.isFrozen(handlers)) return Object.freeze(copy);
  if (Object.isSealed(handlers)) return Object.seal(copy);
  return Object.isExtensible(handlers) ? copy : Object.preventExtensions(copy);
}
