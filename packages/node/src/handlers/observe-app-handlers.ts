import type { ObserveHandlers } from '@closespan/core';
import { MessageTraffic } from '@closespan/core/messages';
import { type Connection, createHandlersObserver, headersOf, isIgnored } from '@closespan/core/platform';
import { walkOver } from '../connection/open-walk.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import type { LibraryObserver, LibraryTools } from '../library-observer.ts';
import { extractContext } from '../propagation/extract-context.ts';
import { createAdoption } from './adopt-connection.ts';
import { createHandledDetailsReader } from './handled-details.ts';

/** Observes connections through an app's handlers. */
export interface AppHandlersObserver extends LibraryObserver {
  readonly observeHandlers: ObserveHandlers;
  /**
   * Returns the object that handlers get for a connection that another library observes. `undefined` for any other
   * connection.
   */
  appSocketOf(connection: Connection): object | undefined;
}

/**
 * Makes an observer of an app's handlers.
 * @param libraries other observers; a connection that one of them has is recorded there
 */
export function observeAppHandlers(
  { recorder, options, connectionBegan }: LibraryTools,
  libraries: readonly Pick<LibraryObserver, 'connectionOf' | 'observe'>[],
): AppHandlersObserver {
  const adoption = createAdoption(libraries);
  const observer = createHandlersObserver(recorder, {
    isIgnored: (url) => isIgnored(url, options.ignoreUrls),
    contextOf: (request) => extractContext(headersOf(request), undefined),
    detailsOf: createHandledDetailsReader(options),
    adopt: adoption.adopt,
    began: connectionBegan,
    createTraffic: options.messages ? () => new MessageTraffic() : undefined,
    listsOpen: true,
  });
  return {
    observeHandlers: observer.observeHandlers,
    appSocketOf: adoption.appSocketOf,
    observe: () => false,
    connectionOf: observer.connectionOf,
    open: walkOver(
      () => observer.open,
      ([, { connection }]) => connection,
      ([, { details }]) => details,
    ),
    recordOpen: () => observer.recordOpen(PROCESS_EXIT_FACTS),
    stop: observer.stop,
  };
}
