import { defineProperty, ownProperty, warnOfFrozen } from './define-property.ts';

/** Traps of a proxy for a function or a class. */
type Traps<T extends object> = Pick<ProxyHandler<T>, 'apply' | 'construct'>;

/**
 * Proxy that could not be removed from its property: the handler of the proxy, and the function that stops the proxy.
 */
type Standing = readonly [handler: object, stop: () => void];

/** Stopped proxies that could not be removed and only call the original, by object and property name. */
const standing = new WeakMap<object, Map<string, Standing>>();

/**
 * Replaces a function that is the value or the getter of a property. Nothing changes if the property is missing or
 * holds no function. A frozen property also stays unchanged, and is logged with `diag.warn`. If a frozen property holds
 * an earlier proxy that could not be removed, this proxy works again.
 * @param by traps of a proxy for the function, or a function that returns the new value
 * @param field `get` for a getter
 * @returns a function that stops the replacement: it removes the traps. It also restores the original, unless the
 * property is frozen or other code has replaced the value. `undefined` if nothing was replaced
 */
export function replaceValue<T extends object>(
  owner: object | undefined,
  name: string,
  by: Traps<T> | (() => object),
  field: 'value' | 'get' = 'value',
): (() => void) | undefined {
  const descriptor = owner && ownProperty(owner, name);
  const original: unknown = descriptor?.[field];
  if (!descriptor || typeof original !== 'function') return undefined;
  // The caller knows what kind of function the property holds. Somebody may have added a trap to `Object.prototype`.
  const value =
    typeof by === 'function' ? by() : new Proxy(original as unknown as T, Object.setPrototypeOf(by, null));
  if (!defineProperty(owner, name, { ...descriptor, [field]: value })) return resume(owner, name, by);
  const stop = () => {
    for (const trap in by) delete by[trap as keyof typeof by];
    const isOurs = ownProperty(owner, name)?.[field] === value;
    if (isOurs && defineProperty(owner, name, descriptor)) return;
    const proxies = standing.get(owner) ?? new Map<string, Standing>();
    standing.set(owner, proxies.set(name, [by, stop]));
  };
  return stop;
}

/**
 * Makes a stopped proxy in a frozen property work again. If there is no such proxy, logs that calls of the property are
 * not seen.
 */
function resume(owner: object, name: string, by: object): (() => void) | undefined {
  const [handler, stop] = standing.get(owner)?.get(name) ?? [];
  if (handler) Object.assign(handler, by);
  else warnOfFrozen(owner, name);
  return stop;
}
