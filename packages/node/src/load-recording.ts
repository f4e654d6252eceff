import type { LoadRecording } from '@closespan/core';
import { nextTurn, startPause } from './own-timers.ts';

/** Loads what makes telemetry of closes, with pauses in which the process may end. */
export const loadRecording: LoadRecording = async () => {
  const { createRecording } = await import('@closespan/core/recording');
  return {
    createRecording: (options, startPipeline, waiting, dropped) =>
      createRecording(options, startPipeline, waiting, dropped, startPause, nextTurn),
  };
};
