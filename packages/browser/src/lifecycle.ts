/**
 * Observes exits and interruptions of a page or worker. The module is loaded when the app makes its first socket.
 * Apps import `@closespan/browser` instead. Names that this module exports may change in any release.
 * @internal
 * @module
 */
import type { ReadPlatformFacts, Recorder, SocketObserver } from '@closespan/core/platform';
import { observeInterruptions } from './lifecycle/interruptions.ts';
import { observePageExit } from './lifecycle/page-exit.ts';
import { recordFailedSockets } from './lifecycle/record-open-sockets.ts';
import { observeWorkerExit } from './lifecycle/worker-exit.ts';

/** Watches for exits and interruptions of a page or worker. They end its sockets although the app closed none. */
export interface Lifecycle {
  /** Returns the facts that an exit or interruption adds to a close. `undefined` without such facts. */
  readonly platformFacts: ReadPlatformFacts;
  /** Records failed handshakes that have fired no `close` event so far, since the event may never come. */
  settle(): void;
  /** Stops watching, and removes all listeners. */
  stop(): void;
}

/**
 * Starts to watch exits and interruptions of a page or worker. Open sockets are recorded when the page is unloaded or
 * the worker closes itself.
 */
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
