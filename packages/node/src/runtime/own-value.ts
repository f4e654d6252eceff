import { ownProperty } from '@closespan/core/platform';

/**
 * Reads a property that an object itself has, without running a getter. The object may come from an app.
 * @returns `undefined` if the object itself has no such property, has only an accessor for it, or throws
 */
export function ownValueOf(owner: unknown, name: string | symbol): unknown {
  try {
    return ownProperty(owner as object, name)?.value;
  } catch {
    return undefined;
  }
}
