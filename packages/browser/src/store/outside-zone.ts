type ZoneLike = { readonly root?: { run?<T>(run: () => T): T } };

/**
 * Runs a function in the root zone of zone.js, so that Angular does not notice the timers and requests of closespan.
 * Angular checks the page after each timer and request of the app. Angular calls a page stable only when all of them
 * have ended. Without zone.js the function is called directly.
 */
export function outsideZone<T>(run: () => T): T {
  const { root } = (globalThis as { Zone?: ZoneLike }).Zone ?? {};
  return root?.run ? root.run(run) : run();
}
