/**
 * Resolves in another turn of the event loop, by a message, because browsers delay timers in hidden pages. In pages a
 * timer of one second helps if Firefox drops the message.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    try {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
      // Firefox drops the message if the page enters the back/forward cache.
      if ('document' in globalThis) AbortSignal.timeout(1000).onabort = resolve as () => void;
    } catch {
      // A scope may have no timers, either.
      globalThis.setTimeout?.(resolve) ?? resolve();
    }
  });
}
