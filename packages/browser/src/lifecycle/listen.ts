type Listeners<E extends Event> = Readonly<Record<string, (event: E) => void>>;

/**
 * Adds listeners for the capture phase, in which an ancestor also receives events that do not bubble.
 * @returns a function that removes the listeners
 */
export function listen<E extends Event>(scope: EventTarget, listeners: Listeners<E>): () => void {
  const entries = Object.entries(listeners) as [string, (event: Event) => void][];
  for (const [type, listener] of entries) scope.addEventListener(type, listener, true);
  return () => {
    for (const [type, listener] of entries) scope.removeEventListener(type, listener, true);
  };
}
