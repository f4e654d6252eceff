/**
 * Resolves in another turn of the event loop. The function uses no timer if there is another way, because browsers
 * delay timers in hidden pages.
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
      setTimeout(resolve);
    }
  });
}
