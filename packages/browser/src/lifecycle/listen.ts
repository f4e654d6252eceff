type Listeners<E extends Event> = Readonly<Record<string, (event: E) => void>>;

/**
 * Adds listeners for the capture phase, which also see events that do not bubble.
 * @returns removes the listeners
 */
export function listen<E extends Event>(scope: EventTarget, listeners: Listeners<E>): () => void {
  const entries = Object.entries(listeners) as [string, (event: Event) => void][];
  for (const [type, listener] of entries) scope.addEventListener(type, listener, true);
  return () => {
    for (const [type, listener] of entries) scope.removeEventListener(type, listener, true);
  };
}
