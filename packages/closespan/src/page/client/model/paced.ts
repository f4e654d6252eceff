/** Time without a run, as a multiple of the time that the run took. */
const REST = 6;

/**
 * Returns a function that runs the newest of the functions it gets: the first at once, and then at most one in a time.
 * @param pause least number of milliseconds between two runs
 */
export function paced(pause: number): (run: () => void) => void {
  let next: (() => void) | undefined;
  let isWaiting = false;

  function runNext(): void {
    const run = next;
    next = undefined;
    isWaiting = run !== undefined;
    if (!run) return;
    const start = performance.now();
    try {
      run();
    } finally {
      // Not by frames: a hidden tab has none. However long a run takes, the user has most of the time.
      setTimeout(runNext, Math.max(pause, (performance.now() - start) * REST));
    }
  }

  return (run) => {
    next = run;
    if (!isWaiting) runNext();
  };
}
