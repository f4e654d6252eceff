import { createMessageMetrics } from './metrics/message-metrics.ts';
import type { SocketObserver } from './observe/observe-socket.ts';
import { type MessageWatch, watchMessages } from './observe/watch-messages.ts';
import type { Recorder } from './recorder.ts';
import { createLimitConclusion } from './span/conclude-limits.ts';

/**
 * Starts to count the messages of a page or worker, and to conclude time limits from their times. Later records and
 * metrics contain both.
 * @param prototype prototype of the runtime's own class
 */
export function countMessages(
  { settings }: Recorder,
  observed: SocketObserver['observed'],
  prototype: object | undefined,
): MessageWatch {
  Object.assign(settings, { createMessageMetrics, ...createLimitConclusion() });
  return watchMessages(observed, prototype);
}
