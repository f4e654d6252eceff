/**
 * Makes the global `WebSocket` a plain value of `globalThis`, so that a proxy can take its place. Deno defines an
 * accessor, and in workerd the global object inherits the class. A plain value stays as it is.
 * @returns a function that restores the former state, unless somebody has replaced the value since
 */
export function makeReplaceable(name: 'WebSocket'): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  if (descriptor && !descriptor.get) return () => {};
  const { enumerable = true } = descriptor ?? {};
  const value = globalThis[name];
  Object.defineProperty(globalThis, name, { value, enumerable, writable: true, configurable: true });
  return () => {
    if (globalThis[name] !== value) return;
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  };
}
