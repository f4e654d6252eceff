import { AsyncResource } from 'node:async_hooks';
import { bytesOf, createLabelLimits, type LoadRecording, limitTexts, NAME } from '@closespan/core/platform';
import { nextTurn, startPause } from './timers-at-load.ts';

/** Telemetry runs in an async context of no request: that context would be kept in memory, and exports would join its trace. */
const detachedContext = new AsyncResource(NAME);

/** The closes that wait take at most 128 MiB. */
const memory = { capacity: 134_217_728, bytesOf, limit: limitTexts };

/** Loads the recording code, with pauses in which the process may end. */
export const loadRecording: LoadRecording = async () => {
  const { createRecording } = await import('@closespan/core/recording');
  return {
    createRecording: detached((settings) => {
      const recording = createRecording({ ...settings, memory, createLabelLimits, startPause, nextTurn });
      return { ...recording, push: detached(recording.push) };
    }),
  };
};

function detached<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => detachedContext.runInAsyncScope(run, undefined, ...args);
}
