import { guard } from './guard.ts';

/** A `WebSocket` constructor, as far as it is wrapped. */
export type WebSocketClass<S extends object> = new (...args: never[]) => S;

/**
 * Replaces `globalThis.WebSocket` so that each construction is seen. A proxy keeps `instanceof`, statics, `name`,
 * `length`, `[native code]` and subclassing as they are; `prototype.constructor` points at it meanwhile.
 * @returns what puts the original back, if the global is still ours
 */
export function wrapGlobal<S extends object>(
  scope: { WebSocket?: WebSocketClass<S> },
  constructed: (socket: S) => void,
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(scope, 'WebSocket');
  const native = scope.WebSocket;
  if (typeof native !== 'function' || !descriptor?.configurable) return () => {};
  const { prototype } = native;
  const wrapped = new Proxy(native, {
    construct(target, args, newTarget) {
      const socket: S = Reflect.construct(target, args, newTarget);
      guard('observation', () => constructed(socket), undefined);
      return socket;
    },
  });
  const put = (value: WebSocketClass<S>) => {
    const { enumerable = false } = descriptor;
    Object.defineProperty(scope, 'WebSocket', { value, enumerable, writable: true, configurable: true });
    Object.defineProperty(prototype, 'constructor', { value });
  };
  put(wrapped);
  return () => {
    if (scope.WebSocket === wrapped) put(native);
  };
}
