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

/** Watches exits and interruptions of a page or worker, which end its sockets from outside. */
export interface Lifecycle {
  /** Returns the facts that exits and interruptions add to a close. */
  readonly platformFacts: ReadPlatformFacts;
  /** Records failed handshakes whose `close` event is still awaited. */
  settle(): void;
  /** Removes all listeners. */
  stop(): void;
}

/** Starts to watch exits and interruptions of a page or worker, and records open sockets when the scope goes. */
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
