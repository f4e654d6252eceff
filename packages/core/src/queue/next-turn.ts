/**
 * Resolves in another turn of the event loop. A message is used, and a timer only if there are no messages: browsers
 * delay timers in hidden pages, and tests replace timers and polyfills of `setImmediate` with fakes.
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
    } catch {
      setTimeout(resolve);
    }
  });
}
