type Listeners<E extends Event> = Readonly<Record<string, (event: E) => void>>;

/**
 * Adds listeners that see events on their way down, also those that do not bubble.
 * @returns what takes them away
 */
export function listen<E extends Event>(scope: EventTarget, listeners: Listeners<E>): () => void {
  const entries = Object.entries(listeners) as [string, (event: Event) => void][];
  for (const [type, listener] of entries) scope.addEventListener(type, listener, true);
  return () => {
    for (const [type, listener] of entries) scope.removeEventListener(type, listener, true);
  };
}
