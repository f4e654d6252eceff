import { AsyncResource } from 'node:async_hooks';
import { type LoadRecording, NAME } from '@closespan/core/platform';
import { nextTurn, startPause } from './timers-at-load.ts';

/** What we do runs in no request's async context: it would be kept, and seen by what watches our exports. */
const own = new AsyncResource(NAME);

/** Loads what makes telemetry of closes, with pauses in which the process may end. */
export const loadRecording: LoadRecording = async () => {
  const { createRecording } = await import('@closespan/core/recording');
  return {
    createRecording: detached((options, startPipeline, waiting, dropped) => {
      const recording = createRecording(options, startPipeline, waiting, dropped, startPause, nextTurn);
      return { ...recording, push: detached(recording.push) };
    }),
  };
};

function detached<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => own.runInAsyncScope(run, undefined, ...args);
}
