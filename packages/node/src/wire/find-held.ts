/** Largest number of objects that are looked at. */
const MOST = 256;
/** Largest number of steps from the first object to the one that is searched. */
const DEEPEST = 3;

/**
 * Searches the objects that an object holds, such as the TCP socket that a socket of an unknown library holds. No getter
 * runs.
 * @param matches says whether an object is the one that is searched
 * @returns `undefined` if none of the first 256 objects matches
 */
export function findHeld<T extends object>(
  holder: object,
  matches: (one: object) => one is T,
): T | undefined {
  const seen = new Set<object>([holder]);
  let level: object[] = [holder];
  for (let depth = 0; depth < DEEPEST; depth++) {
    const next: object[] = [];
    for (const held of level.flatMap(heldBy)) {
      if (seen.has(held)) continue;
      if (matches(held)) return held;
      if (seen.size >= MOST) return undefined;
      seen.add(held);
      next.push(held);
    }
    level = next;
  }
  return undefined;
}

function heldBy(holder: object): object[] {
  // A typed array has a property for each of its numbers.
  if (ArrayBuffer.isView(holder)) return [];
  const held: object[] = [];
  for (const key of Reflect.ownKeys(holder)) {
    const value: unknown = Reflect.getOwnPropertyDescriptor(holder, key)?.value;
    if (typeof value === 'object' && value) held.push(value);
  }
  return held;
}
