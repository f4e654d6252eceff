import { defineProperty, warnOfFrozen } from './define-property.ts';

/** Traps for a proxy of a function. */
type Traps<T extends object> = Pick<ProxyHandler<T>, 'apply' | 'construct'>;

/** A proxy that stands where it cannot be taken away: its handler, and the function that stops it. */
type Standing = readonly [handler: object, stop: () => void];

/** Proxies that do no more than call the original, by the object whose property holds them and by the property. */
const standing = new WeakMap<object, Map<string, Standing>>();

/**
 * Replaces a function in place: the value of a property, or its getter. A property that is missing or that holds no
 * function stays as it is. One that is frozen stays, too, and costs a `diag.warn`; there a proxy from before, which
 * could not be taken away, goes to work again.
 * @param by traps for a proxy of the function, or a function that returns the new value
 * @param field `get` for a getter
 * @returns a function that stops the replacement: it removes the traps, and restores the original unless the property
 * is frozen or somebody has replaced the value since; `undefined` where nothing was replaced
 */
export function replaceValue<T extends object>(
  owner: object | undefined,
  name: string,
  by: Traps<T> | (() => object),
  field: 'value' | 'get' = 'value',
): (() => void) | undefined {
  const descriptor = owner && Object.getOwnPropertyDescriptor(owner, name);
  const original: unknown = descriptor?.[field];
  if (!descriptor || typeof original !== 'function') return undefined;
  // The caller knows what kind of function the property holds.
  const value = typeof by === 'function' ? by() : new Proxy(original as unknown as T, by);
  if (!defineProperty(owner, name, { ...descriptor, [field]: value })) return resume(owner, name, by);
  const stop = () => {
    for (const trap in by) delete by[trap as keyof typeof by];
    const isOurs = Object.getOwnPropertyDescriptor(owner, name)?.[field] === value;
    if (isOurs && defineProperty(owner, name, descriptor)) return;
    const proxies = standing.get(owner) ?? new Map<string, Standing>();
    standing.set(owner, proxies.set(name, [by, stop]));
  };
  return stop;
}

/** Sets a proxy that stands in a frozen property to work again. Without one, the property goes unseen. */
function resume(owner: object, name: string, by: object): (() => void) | undefined {
  const [handler, stop] = standing.get(owner)?.get(name) ?? [];
  if (handler) Object.assign(handler, by);
  else warnOfFrozen(owner, name);
  return stop;
}
