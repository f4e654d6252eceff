import { defineProperty } from '@closespan/core/platform';

/**
 * Runs hooks of the app while the process exits. A second `process.exit()` ends a process at once, so that such a call of
 * a hook throws here, and ends the process when `run` has returned. A frozen process ends at the call.
 */
export function holdExit(run: () => void): void {
  const descriptor = Object.getOwnPropertyDescriptor(process, 'exit');
  let end: (() => void) | undefined;
  const exit = (...code: Parameters<typeof process.exit>) => {
    end ??= () => process.exit(...code);
    throw new Error('the process exits');
  };
  const isHeld = descriptor && defineProperty(process, 'exit', { ...descriptor, value: exit });
  try {
    run();
  } finally {
    if (isHeld) defineProperty(process, 'exit', descriptor);
    end?.();
  }
}
