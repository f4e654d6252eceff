import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Constructor<S> = (new (...args: unknown[]) => S) & { readonly prototype: object };

/** Constructs an object, with the parameters and the result of `Reflect.construct`. */
export type Construct<S> = (target: Constructor<S>, args: unknown[], newTarget: Constructor<S>) => S;

/**
 * Replaces a global class by a proxy that sees each construction. `instanceof`, statics, `name`, `length`, printed text
 * and subclassing stay as they are. Meanwhile `prototype.constructor` is the proxy.
 * @param constructed called with each new object; an error in it costs a `diag.error`
 * @param construct makes the objects, and throws only where the class throws; `Reflect.construct` where absent
 * @returns a function that stops the replacement: it restores the class, or, where others have wrapped the proxy since
 * or frozen the global, lets the proxy do no more than construct; `undefined` where nothing could be replaced
 */
export function wrapGlobal<S extends object>(
  scope: object,
  name: string,
  constructed: (socket: S) => void,
  construct: Construct<S> = Reflect.construct,
): (() => void) | undefined {
  const stopWrapping = replaceValue<Constructor<S>>(scope, name, {
    construct(target, args, newTarget) {
      // The trap's type says less than the language: `newTarget` is a constructor.
      const socket = construct(target, args, newTarget as unknown as Constructor<S>);
      guard('observation', () => constructed(socket));
      return socket;
    },
  });
  if (!stopWrapping) return undefined;
  const wrapped = (scope as Record<string, Constructor<S> | undefined>)[name];
  const stopLinking = replaceValue(wrapped?.prototype, 'constructor', () => wrapped as object);
  return () => {
    stopLinking?.();
    stopWrapping();
  };
}
