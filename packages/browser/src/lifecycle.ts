/**
 * Observes exits and interruptions: loaded when the first socket is made.
 * Apps import `@closespan/browser` instead: names of this entry may change in any release.
 * @internal
 * @module
 */
import type { ReadPlatformFacts, Recorder, SocketObserver } from '@closespan/core/platform';
import { observeInterruptions } from './lifecycle/interruptions.ts';
import { observePageExit } from './lifecycle/page-exit.ts';
import { recordFailedSockets } from './lifecycle/record-open-sockets.ts';
import { observeWorkerExit } from './lifecycle/worker-exit.ts';

/** What befalls the sockets of a page or worker from outside. */
export interface Lifecycle {
  readonly platformFacts: ReadPlatformFacts;
  /** Records now what still waits for an event that may never come. */
  settle(): void;
  stop(): void;
}

/** Observes it. Its own entry, so that pages load it after they have started. */
export function observeLifecycle(
  scope: typeof globalThis,
  observer: SocketObserver,
  recorder: Recorder,
): Lifecycle {
  const exit =
    'document' in scope ? observePageExit(scope as Window & typeof scope, observer, recorder) : undefined;
  const stopWorkerExit = exit ? undefined : observeWorkerExit(scope, observer, recorder);
  const interruptions = observeInterruptions(scope);
  return {
    platformFacts(connection, event, startTime) {
      return exit?.platformFacts(connection, event) ?? interruptions.platformFacts(connection, startTime);
    },
    settle: () => recordFailedSockets(observer),
    stop() {
      exit?.stop();
      stopWorkerExit?.();
      interruptions.stop();
    },
  };
}
