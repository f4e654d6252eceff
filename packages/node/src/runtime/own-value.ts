/**
 * Reads a property of an object that an app exports, without running a getter or the trap of a proxy.
 * @returns `undefined` where the object has no such property of its own, or only an accessor
 */
export function ownValueOf(owner: unknown, name: string): unknown {
  try {
    return Object.getOwnPropertyDescriptor(owner, name)?.value;
  } catch {
    return undefined;
  }
}
