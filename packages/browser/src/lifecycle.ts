import type { Circumstances, Recorder, SocketObserver } from '@closespan/core/platform';
import { endFailedSockets } from './lifecycle/end-open-sockets.ts';
import { observeInterruptions } from './lifecycle/interruptions.ts';
import { observePageExit } from './lifecycle/page-exit.ts';
import { observeWorkerExit } from './lifecycle/worker-exit.ts';

/** What befalls the sockets of a page or worker from outside. */
export interface Lifecycle {
  readonly circumstances: Circumstances;
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
    circumstances(connection, event, startTime) {
      return exit?.circumstances(connection, event) ?? interruptions.circumstances(connection, startTime);
    },
    settle: () => endFailedSockets(observer),
    stop() {
      exit?.stop();
      stopWorkerExit?.();
      interruptions.stop();
    },
  };
}
