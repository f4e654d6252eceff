import type {
  CloseFacts,
  patchBefore,
  ReadPlatformFacts,
  Recorder,
  SocketObserver,
} from '@closespan/core/platform';
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

/** Members of `navigator` with the kind of the device's network (Network Information API). Only some browsers have it. */
type Navigated = { readonly connection?: { readonly type?: string } } | undefined;

/**
 * Starts to watch exits and interruptions of a page or worker. Open sockets are recorded when the page is unloaded or
 * the worker closes itself.
 * @param patch `patchBefore` of core, which the start of the page has already
 */
export function observeLifecycle(
  scope: typeof globalThis,
  observer: SocketObserver,
  recorder: Recorder,
  patch: typeof patchBefore,
): Lifecycle {
  const page = scope.document ? (scope as Window & typeof scope) : undefined;
  const exit = page && observePageExit(page, observer, recorder);
  const stopWorkerExit = exit ? undefined : observeWorkerExit(scope, observer, recorder, patch);
  const interruptions = observeInterruptions(scope);
  return {
    platformFacts(connection, event, startTime) {
      const facts: Partial<CloseFacts> =
        exit?.platformFacts(connection, event) ?? interruptions.platformFacts(connection, startTime);
      // A page that is left is always hidden by then, so that its visibility says nothing.
      const visibility = event.cause || facts.cause ? undefined : page?.document.visibilityState;
      // Scopes that only look like a page may have no address.
      return page?.location?.href
        ? {
            ...facts,
            page: {
              url: page.location.href,
              visibility,
              network: (page.navigator as Navigated)?.connection?.type,
            },
          }
        : facts;
    },
    settle: () => recordFailedSockets(observer),
    stop() {
      exit?.stop();
      stopWorkerExit?.();
      interruptions.stop();
    },
  };
}
