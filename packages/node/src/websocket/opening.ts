import type { Socket } from 'node:net';
import type { CompactConnection } from '../connection/compact-connection.ts';

/**
 * A connection that the package `websocket` is making over a TCP socket. The member `connection` is `null` if the URL
 * is ignored.
 */
export interface Opening {
  readonly socket: Socket;
  readonly connection: CompactConnection | null;
}

/**
 * Runs the code of the package `websocket` that makes a connection. While the code runs, the observer knows which
 * connection is being made.
 */
export type RunOpening = (opening: Opening, run: () => unknown) => unknown;
