/** @param error error that destroys the stream, if there is one */
type NoteDestroyed = (stream: object, error: unknown) => void;

/** Functions that are called with each stream of a watched class that is destroyed. */
const listeners = new Set<NoteDestroyed>();

/**
 * Calls a function with each stream that is destroyed and whose class is watched by `watchUnsentBytes()`.
 * @returns a function that ends the calls
 */
export function onEachDestroy(listener: NoteDestroyed): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Notes that a stream is being destroyed. */
export const noteDestroyed: NoteDestroyed = (stream, error) => {
  for (const listener of listeners) listener(stream, error);
};
