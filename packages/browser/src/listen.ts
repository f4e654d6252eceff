import { guard } from '@closespan/core/page-recording';

type Listeners<E extends Event> = Readonly<Record<string, (event: E) => void>>;

/**
 * Adds listeners: in a page for the capture phase, in which an ancestor also receives events that do not bubble. Events
 * that a script has dispatched (DOM § Event, `isTrusted`) are ignored: they say nothing of the page.
 * @returns a function that removes the listeners
 */
export function listen<E extends Event>(scope: Partial<EventTarget>, listeners: Listeners<E>): () => void {
  const listener = (event: Event) => {
    // Where events have no mark, all of them are believed.
    if (event.isTrusted !== false) guard(event.type, () => listeners[event.type]?.(event as E));
  };
  // Only a page has descendants; workerd throws if it is asked to capture.
  const capture = 'document' in scope;
  const forEach = (method: 'addEventListener' | 'removeEventListener') =>
    guard(method, () => {
      for (const type in listeners) scope[method]?.(type, listener, capture);
    });
  forEach('addEventListener');
  return () => forEach('removeEventListener');
}
