import { defineProperty, ownProperty, warnOfFrozen } from './define-property.ts';

/**
 * Makes the global `WebSocket` a plain property of `globalThis`, so that a proxy can replace it. Deno defines an
 * accessor, and in workerd the global object inherits the class. A plain or frozen property stays unchanged.
 * @returns a function that restores the original property, unless other code has replaced the value meanwhile
 */
export function makeReplaceable(name: 'WebSocket'): () => void {
  const descriptor = ownProperty(globalThis, name);
  if (descriptor && !descriptor.get) return () => {};
  const { enumerable = true } = descriptor ?? {};
  const value = globalThis[name];
  if (!defineProperty(globalThis, name, { value, enumerable, writable: true, configurable: true })) {
    warnOfFrozen(globalThis, name);
    return () => {};
  }
  return () => {
    if (globalThis[name] !== value) return;
    if (descriptor) defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  };
}
