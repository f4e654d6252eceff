import { AsyncResource } from 'node:async_hooks';
import { createLabelLimits, createQueueMemory, type LoadRecording, NAME } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { createLimitedWait } from './limited-wait.ts';
import { requireNow } from './require-now.ts';
import { nextTurn, startPause } from './timers-at-load.ts';

/**
 * Async context in which telemetry code runs. The context belongs to no request. So no request stays in memory, and no
 * export becomes a part of a request's trace.
 */
const detachedContext = new AsyncResource(NAME);

/** Bytes that closes may take while they wait to be exported: 128 MiB. */
const CAPACITY = 134_217_728;

/** Number of closes that the built-in pipeline writes into the spool when the process ends. */
const MOST_STORED = 16_384;

type CreateRecording = Awaited<ReturnType<LoadRecording>>['createRecording'];

/** Loads the code that makes telemetry from recorded closes. The pauses of that code do not keep the process alive. */
export const loadRecording: LoadRecording = async () => {
  const { createRecording } = await import('@closespan/core/recording');
  return { createRecording: onNode(createRecording) };
};

/** Starts the code that makes telemetry from recorded closes, in a process that is about to end. */
export const createRecordingNow: CreateRecording = (settings) =>
  onNode(requireNow('@closespan/core/recording').createRecording)(settings);

/** Makes a recording with the limits and timers of Node. */
function onNode(createRecording: CreateRecording): CreateRecording {
  return detached((settings) => {
    const { exitTimeout, spool }: NodeWebSocketOptions = settings.options;
    const recording = createRecording({
      ...settings,
      memory: createQueueMemory(CAPACITY),
      createLabelLimits,
      startPause,
      nextTurn,
      limitWait: createLimitedWait(),
      shutdownMillis: exitTimeout,
      mostStored: spool === undefined ? undefined : MOST_STORED,
    });
    return { ...recording, push: detached(recording.push) };
  });
}

function detached<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  return (...args) => detachedContext.runInAsyncScope(run, undefined, ...args);
}
