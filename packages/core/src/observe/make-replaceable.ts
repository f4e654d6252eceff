import { defineProperty, warnOfFrozen } from './define-property.ts';

/**
 * Makes the global `WebSocket` a plain value of `globalThis`, so that a proxy can take its place. Deno defines an
 * accessor, and in workerd the global object inherits the class. A plain value stays as it is, and so does a frozen one.
 * @returns a function that restores the former state, unless somebody has replaced the value since
 */
export function makeReplaceable(name: 'WebSocket'): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
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
