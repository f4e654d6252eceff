import { type StartPause, startTimer } from '../queue/queue-pause.ts';
import { startWaits } from '../queue/start-waits.ts';

/** Timer of the SDK. It never keeps the process alive. */
interface SdkTimer {
  end: () => void;
  unref(): void;
}

/**
 * Timers that the build gives to the OpenTelemetry SDK in place of the global ones. Fakes of a test that stand while the
 * SDK starts a timer would hold exports back, and the test would see that timer: it never ends a run of all timers.
 */
let wait = startWaits(startTimer);

/** Lets the timers of the SDK be made of pauses of this kind. */
export function useTimers(startPause: StartPause): void {
  wait = startWaits(startPause);
}

export function setTimeout(run: () => void, millis: number): SdkTimer {
  return { end: wait(millis, run), unref() {} };
}

export function setInterval(run: () => void, millis: number): SdkTimer {
  const timer = setTimeout(next, millis);
  function next(): void {
    timer.end = wait(millis, next);
    run();
  }
  return timer;
}

export function clearTimeout(timer: SdkTimer | undefined): void {
  timer?.end();
}

export { clearTimeout as clearInterval };
