import type { LibraryObserver } from '../library-observer.ts';
import type { UpgradeRequest, UpgradeSocket } from '../upgrades/upgrade-facts.ts';

/**
 * Observes the WebSockets of libraries that closespan does not know, by their frames: a copy of `ws` in a bundle, or a
 * library of the app.
 */
export interface WireObserver extends LibraryObserver {
  /** Notes that an upgrade request has arrived at a server. */
  noteArrival(request: UpgradeRequest, kept: object): void;
  /** Notes that a server has responded to an upgrade request, or that the request is over. */
  noteResponse(request: UpgradeRequest, kept: object): void;
  /**
   * Notes that a server is writing its response of status 101.
   * @param head bytes that came with the request
   * @param written arguments of the write, in the order of `_writeGeneric`
   */
  noteAccepted(
    request: UpgradeRequest,
    stream: UpgradeSocket,
    head: Uint8Array | undefined,
    written: readonly [isMany?: boolean, data?: unknown, encoding?: unknown],
  ): void;
}
