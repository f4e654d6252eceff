import type { Socket } from 'node:net';
import type { CompactConnection } from '../connection/compact-connection.ts';

/**
 * A connection that the package `websocket` is making over a TCP socket. The member `connection` is `null` if the URL
 * is ignored.
 */
export interface Opening {
  readonly socket: Socket;
  readonly connection: CompactConnection | null;
  /** Number of bytes after the handshake that the package has received already. */
  readonly head: number;
}

/**
 * Notes that the package `websocket` begins to make a connection.
 * @returns a function to call when the package has made the connection, or has thrown
 */
export type NoteOpening = (opening: Opening) => (connection: unknown) => void;
