import { AsyncResource } from 'node:async_hooks';
import { type LoadRecording, NAME } from '@closespan/core/platform';
import { nextTurn, startPause } from './timers-at-load.ts';

/** Telemetry runs in an async context of no request: that context would be kept in memory, and exports would join its trace. */
const detachedContext = new AsyncResource(NAME);

/** Loads the recording code, with pauses in which the process may end. */
export const loadRecording: LoadRecording = async () => {
  const { createRecording } = await import('@closespan/core/recording');
  return {
    createRecording: detached((settings) => {
      const recording = createRecording({ ...settings, startPause, nextTurn });
      return { ...recording, push: detached(recording.push) };
    }),
  };
};

function detached<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => detachedContext.runInAsyncScope(run, undefined, ...args);
}
