import { guard } from '../guard.ts';
import { replaceValue } from './replace-value.ts';

type Constructor<S> = (new (...args: never[]) => S) & { readonly prototype: object };

/**
 * Replaces a global class so that each construction is seen. A proxy keeps `instanceof`, statics, `name`, `length`,
 * `[native code]` and subclassing as they are; `prototype.constructor` points at it meanwhile.
 * @returns what puts the original back, if the global is still ours
 */
export function wrapGlobal<S extends object>(
  scope: object,
  name: string,
  constructed: (socket: S) => void,
): () => void {
  let putConstructorBack = () => {};
  const putBack = replaceValue<Constructor<S>>(scope, name, (native) => {
    const wrapped = new Proxy(native, {
      construct(target, args, newTarget) {
        const socket: S = Reflect.construct(target, args, newTarget);
        guard('observation', () => constructed(socket), undefined);
        return socket;
      },
    });
    putConstructorBack = replaceValue(native.prototype, 'constructor', () => wrapped);
    return wrapped;
  });
  return () => {
    putConstructorBack();
    putBack();
  };
}
