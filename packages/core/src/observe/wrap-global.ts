import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Constructor<S> = (new (...args: unknown[]) => S) & { readonly prototype: object };

/** Makes an object, as `Reflect.construct` does. */
export type Construct<S> = (target: Constructor<S>, args: unknown[], newTarget: Constructor<S>) => S;

/**
 * Replaces a global class so that each construction is seen. A proxy keeps `instanceof`, statics, `name`, `length`,
 * `[native code]` and subclassing as they are; `prototype.constructor` points at it meanwhile.
 * @param construct must not throw but as the class does
 * @returns what ends that: it puts the original back, or only makes its objects where others have wrapped the proxy since
 */
export function wrapGlobal<S extends object>(
  scope: object,
  name: string,
  constructed: (socket: S) => void,
  construct: Construct<S> = Reflect.construct,
): () => void {
  const stopWrapping = replaceValue<Constructor<S>>(scope, name, {
    construct(target, args, newTarget) {
      // The type of the trap knows less of it.
      const socket = construct(target, args, newTarget as unknown as Constructor<S>);
      guard('observation', () => constructed(socket));
      return socket;
    },
  });
  const wrapped = (scope as Record<string, Constructor<S> | undefined>)[name];
  const stopLinking = replaceValue(wrapped?.prototype, 'constructor', () => wrapped as object);
  return () => {
    stopLinking();
    stopWrapping();
  };
}
