import type { SocketInfo } from '../observe/web-socket-like.ts';

/** Facts that the app gives for the sockets of its handlers. */
export interface GivenInfo {
  /** Returns the facts about one socket. */
  infoOf(socket: object): SocketInfo | undefined;
  /** Limit of silence that the app has set, in seconds. `undefined` if there is none. */
  readonly idleTimeout: unknown;
}
