import type { SocketInfo, WebSocketLike } from '@closespan/core';
import type { Connection, Recorder } from '@closespan/core/platform';
import type { HandshakeTimes } from './connection/handshake-times.ts';
import type { LibraryEnds } from './connection/library-ends.ts';
import type { OpenWalk } from './connection/open-walk.ts';
import type { StreamClaims } from './connection/stream-claims.ts';
import type { NodeWebSocketOptions } from './node-options.ts';
import type { PingDurations } from './pings/ping-durations.ts';
import type { SeeModule } from './runtime/watch-modules.ts';
import type { Sweep } from './traffic/sweep.ts';
import type { AcceptedUpgrades } from './upgrades/accepted-upgrades.ts';

/** Observes the WebSockets of one library, such as `ws`. */
export interface LibraryObserver {
  /**
   * Observes a socket that the app passes to the handle's `observe()`.
   * @returns `false` if the socket is not of this library
   */
  observe(socket: WebSocketLike, info?: SocketInfo): boolean;
  /**
   * Returns the connection of a socket of this library, also after the record of the socket is made.
   * @param needsId whether the caller reads the id of the connection
   * @returns `undefined` if the socket is not observed as one of this library, or if its id is needed and may still
   * change
   */
  connectionOf(socket: object, needsId: boolean): Connection | undefined;
  /**
   * Looks for the library's classes in a CommonJS module. Absent if no CommonJS module holds classes of the library.
   */
  readonly seeModule?: SeeModule;
  /** Connections that have opened and have not ended. */
  readonly open: OpenWalk;
  /** Records each failed handshake whose `close` event has not come yet. */
  settle?(): void;
  /** Records every open connection with the cause `process_exit`. */
  recordOpen(): void;
  /** Restores every patched object and removes every listener. Connections that are still open leave no record. */
  stop(): void;
}

/** Tools and callbacks that every library observer receives. */
export interface LibraryTools {
  readonly recorder: Recorder;
  readonly options: NodeWebSocketOptions;
  /** Follows the requests for an upgrade to WebSocket that servers receive, whichever library accepts the requests. */
  readonly upgrades: AcceptedUpgrades;
  /**
   * Says which streams and requests belong to connections that the observer of a library records. The library observer
   * claims each stream, and each request of a client.
   */
  readonly claims: StreamClaims;
  /** Stores why libraries such as engine.io end the connections of WebSockets. */
  readonly libraryEnds: LibraryEnds;
  /**
   * Notes that a client's socket is being made. The library observer calls this function within the call that makes the
   * socket.
   */
  clientMade(socket: object, url: string): void;
  /** Visits open connections, to learn when their last bytes came and left. */
  readonly sweep: Sweep;
  /** Measures how long the phases of slow handshakes take. */
  readonly handshakeTimes: HandshakeTimes;
  /** Measures the round trips of the app's pings. */
  readonly pingDurations: PingDurations;
  /** Notes that a class was found whose sockets are observed. The library observer calls this function. */
  foundLibrary(): void;
  /**
   * Notes that a connection begins. The library observer calls this function. The close of the connection may have to
   * be sent before the process ends.
   */
  connectionBegan(): void;
}
