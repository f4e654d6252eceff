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

/** Notes that a stream is being destroyed. */
export function noteDestroyed(stream: object, error: unknown): void {
  awaited.get(stream)?.(error);
}
