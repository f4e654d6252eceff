/**
 * Resolves in another turn of the event loop. The function uses no timer if there is another way, because browsers
 * delay timers in hidden pages.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    // In a page only a polyfill of timers, which tests replace with fakes.
    if (typeof setImmediate === 'function' && !('document' in globalThis)) {
      setImmediate(resolve);
      return;
    }
    try {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    } catch {
      setTimeout(resolve);
    }
  });
}
