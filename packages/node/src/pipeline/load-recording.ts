import {
  createLimitConclusion,
  createProcessChains,
  createQueueMemory,
  type LoadRecording,
  overSocket,
  type RecordingSettings,
} from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { detached } from './detached.ts';
import { knownTimes } from './known-times.ts';
import { createLimitedWait } from './limited-wait.ts';
import { lookForProviders } from './look-for-providers.ts';
import { meterSettings } from './meter-watchers.ts';
import { requireNow } from './require-now.ts';
import { nextTurn, startPause } from './timers-at-load.ts';

/** Bytes that closes may take while they wait to be exported: 128 MiB. */
const CAPACITY = 134_217_728;

/** Number of closes that the built-in pipeline writes into the spool when the process ends. */
const MOST_STORED = 16_384;

/** Functions that say in words why a connection closed. */
type Explain = Pick<typeof import('@closespan/core/explain'), 'closeSentence'>;
type CreateRecording = Awaited<ReturnType<LoadRecording>>['createRecording'];

/** Loads the code that makes telemetry from recorded closes. The pauses of that code do not keep the process alive. */
export const loadRecording: LoadRecording = async () => {
  const [{ createRecording }, explain] = await Promise.all([
    import('@closespan/core/recording'),
    import('@closespan/core/explain'),
  ]);
  return { createRecording: onNode(createRecording, explain) };
};

/** Starts the code that makes telemetry from recorded closes, in a process that is about to end. */
export const createRecordingNow: CreateRecording = (settings) =>
  onNode(
    requireNow('@closespan/core/recording').createRecording,
    requireNow('@closespan/core/explain'),
  )(settings);

/** Makes a recording with the limits and timers of Node. */
function onNode(createRecording: CreateRecording, { closeSentence }: Explain): CreateRecording {
  return detached((settings) => {
    const { exitTimeout, spool }: NodeWebSocketOptions = settings.options;
    const { noteClose, concludeLimit } = createLimitConclusion();
    const memory = createQueueMemory(CAPACITY);
    const recording = createRecording({
      ...settings,
      closeSentence,
      overSocket,
      memory,
      ...meterSettings(settings.options),
      noteClose,
      concludeLimit: (record, closed) => concludeLimit(knownTimes(record), closed),
      createChains: createProcessChains,
      startPause,
      nextTurn,
      limitWait: createLimitedWait(),
      shutdownMillis: exitTimeout,
      trim: spool === undefined ? undefined : trimTo(MOST_STORED, memory),
    });
    const stopLooking = lookForProviders(recording.find);
    return {
      ...recording,
      push: detached(recording.push),
      endOutages: detached(recording.endOutages),
      shutdown(limit) {
        stopLooking();
        return recording.shutdown(limit);
      },
    };
  });
}

/** Makes a function that removes closes from a queue until no more than `most` are left. */
function trimTo(most: number, memory: ReturnType<typeof createQueueMemory>): RecordingSettings['trim'] {
  return (queue, isNormal) => {
    let removed = 0;
    while (queue.size() > most) {
      const evicted = queue.evict(isNormal);
      for (const closed of evicted) memory.release(closed);
      removed += evicted.length;
    }
    return removed;
  };
}
