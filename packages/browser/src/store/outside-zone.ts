type ZoneLike = { readonly root?: { run<T>(run: () => T): T } };

/**
 * Runs code in the root zone of zone.js, so that Angular does not take our timers and requests for the app's. Angular
 * checks a page after each of the app's, and waits for all of them before it calls the page stable. Without zone.js the
 * code runs as it is.
 */
export function outsideZone<T>(run: () => T): T {
  const { root } = (globalThis as { Zone?: ZoneLike }).Zone ?? {};
  return root ? root.run(run) : run();
}
