import type { SocketInfo, WebSocketLike } from '@closespan/core';
import type { Recorder } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from './node-options.ts';
import type { SeeModule } from './runtime/watch-modules.ts';
import type { AcceptedUpgrades } from './upgrades/accepted-upgrades.ts';

/** Observes the WebSockets of one library. */
export interface LibraryObserver {
  /** Observes a socket that the app hands over; false when the socket is not of this library. */
  observe(socket: WebSocketLike, info?: SocketInfo): boolean;
  /** Looks for the library's classes in a CommonJS module; absent where no module holds any. */
  readonly seeModule?: SeeModule;
  /** Records failed handshakes whose `close` event is still awaited. */
  settle?(): void;
  /** Records every open connection with the cause `process_exit`. */
  recordOpen(): void;
  /** Puts every patched object back and removes every listener; connections that are open leave no record. */
  stop(): void;
}

/** Tools and callbacks that every library observer gets. */
export interface LibraryTools {
  readonly recorder: Recorder;
  readonly options: NodeWebSocketOptions;
  /** Follows the upgrade requests that servers receive, whichever library accepts them. */
  readonly upgrades: AcceptedUpgrades;
  /** The observer calls it when it has found a class whose sockets it observes. */
  foundLibrary(): void;
  /** The observer calls it when a connection begins, whose end may have to be sent before the process ends. */
  connectionBegan(): void;
}
