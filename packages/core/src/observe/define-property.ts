import { diag } from '../registered-api.ts';
import { NAME } from '../version.ts';

/** Objects and names of properties that the log has told. */
const told = new Set<unknown>();

/** Defines a property. Returns false, and throws nothing, where the property or its object is frozen. */
export function defineProperty(owner: object, name: string, descriptor: PropertyDescriptor): boolean {
  try {
    return Reflect.defineProperty(owner, name, descriptor);
  } catch {
    // A trap of a proxy may throw.
    return false;
  }
}

/** Says in one `diag.warn` an object and a name that a property is frozen, so that its calls go unseen. */
export function warnOfFrozen(owner: object, name: string): void {
  if (told.has(owner) || told.has(name)) return;
  told.add(owner).add(name);
  diag.warn(`${NAME}: ${name} is frozen and goes unseen`);
}
