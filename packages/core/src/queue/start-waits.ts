import type { StartPause } from './queue-pause.ts';

/**
 * Makes a function that calls another function after a pause. The function returns what ends the pause early, without
 * the call.
 */
export function startWaits(startPause: StartPause): (millis: number, over: () => void) => () => void {
  return (millis, over) => {
    const pause = startPause(millis);
    let isEnded = false;
    void pause.over.then(() => {
      if (!isEnded) over();
    });
    return () => {
      isEnded = true;
      pause.end();
    };
  };
}
