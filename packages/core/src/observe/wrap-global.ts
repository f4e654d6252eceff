import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Constructor<S> = (new (...args: unknown[]) => S) & { readonly prototype: object };

/** Constructs an object. Parameters and result are those of `Reflect.construct`. */
export type Construct<S> = (target: Constructor<S>, args: unknown[], newTarget: Constructor<S>) => S;

/**
 * Replaces a global class by a proxy, and calls `constructed` with each new object. `instanceof`, static members,
 * `name`, `length`, printed text and subclassing stay unchanged. While the class is replaced, `prototype.constructor`
 * is the proxy.
 * @param constructed called with each new object; an error in this function is logged with `diag.error`
 * @param construct makes the objects, and throws only if the class throws
 * @returns a function that stops the replacement: it restores the class. If other code has wrapped the proxy or frozen
 * the global, the proxy stays and only constructs objects. `undefined` if nothing could be replaced
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
      observeNew(target, socket, constructed);
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

/**
 * Calls `observe` with a new object of a class, and logs an error with `diag.error`. Meanwhile the object is one of the
 * class itself: a subclass may override members by code that needs private members, and adds these members later.
 */
export function observeNew<S extends object>(
  { prototype }: { readonly prototype: object },
  socket: S,
  observe: (socket: S) => void,
): void {
  const own = Reflect.getPrototypeOf(socket);
  Reflect.setPrototypeOf(socket, prototype);
  guard('observation', () => observe(socket));
  Reflect.setPrototypeOf(socket, own);
}
