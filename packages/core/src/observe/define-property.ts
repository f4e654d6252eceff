import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';

/** Objects and property names about which a warning was logged. */
const told = new Set<unknown>();

/** Defines a property. Returns `false`, and does not throw, if the property or its object is frozen. */
export function defineProperty(
  owner: object,
  name: string | symbol,
  descriptor: PropertyDescriptor,
): boolean {
  try {
    // Without a prototype, to which somebody may have added a `get` or a `value`.
    return Reflect.defineProperty(owner, name, { __proto__: null, ...descriptor } as PropertyDescriptor);
  } catch {
    // A trap of a proxy may throw.
    return false;
  }
}

/**
 * Returns the descriptor of a property of the object itself. The descriptor has no prototype, to which somebody may have
 * added a `get` or a `value`.
 */
export function ownProperty(owner: object, name: string | symbol): PropertyDescriptor | undefined {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  return descriptor && Object.setPrototypeOf(descriptor, null);
}

/**
 * Logs with `diag.warn` that a property is frozen, so that its calls are not seen. Logs one line for each object and
 * each name.
 */
export function warnOfFrozen(owner: object, name: string): void {
  if (told.has(owner) || told.has(name)) return;
  told.add(owner).add(name);
  diag.warn(`${NAME}: ${name} is frozen and goes unseen`);
}
