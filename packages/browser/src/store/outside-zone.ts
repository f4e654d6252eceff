type ZoneLike = { readonly root?: { run<T>(run: () => T): T } };

/**
 * Runs code where zone.js does not take its timers and requests for the app's:
 * Angular would check the page after each, and wait for all before it calls itself stable.
 */
export function outsideZone<T>(run: () => T): T {
  const { root } = (globalThis as { Zone?: ZoneLike }).Zone ?? {};
  return root ? root.run(run) : run();
}
