type Destroyed = (error: unknown) => void;

/** Streams whose end is awaited. An entry goes with its stream. */
const awaited = new WeakMap<object, Destroyed>();

/**
 * Calls a function when a stream is destroyed, with the error that destroys the stream. The class of the stream must be
 * watched by `watchUnsentBytes()`.
 * @returns a function that ends the wait
 */
export function awaitDestroy(stream: object, destroyed: Destroyed): () => void {
  awaited.set(stream, destroyed);
  return () => void awaited.delete(stream);
}

/** Functions that are called with each stream of a watched class that is destroyed. */
const listeners = new Set<(stream: object) => void>();

/**
 * Calls a function with each stream that is destroyed and whose class is watched by `watchUnsentBytes()`.
 * @returns a function that ends the calls
 */
export function onEachDestroy(listener: (stream: object) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Notes that a stream is being destroyed. */
export function noteDestroyed(stream: object, error: unknown): void {
  awaited.get(stream)?.(error);
  for (const listener of listeners) listener(stream);
}
