/**
 * Returns a function that runs the newest of the functions it gets: the first at once, and then at most one in a time.
 * @param pause milliseconds between two runs
 */
export function paced(pause: number): (run: () => void) => void {
  let next: (() => void) | undefined;
  let isWaiting = false;

  function runNext(): void {
    const run = next;
    next = undefined;
    isWaiting = run !== undefined;
    if (!run) return;
    // Not by frames: a hidden tab has none.
    setTimeout(runNext, pause);
    run();
  }

  return (run) => {
    next = run;
    if (!isWaiting) runNext();
  };
}
