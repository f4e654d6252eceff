import type { Socket } from 'node:net';
import type { CompactConnection } from '../connection/compact-connection.ts';

/** A connection of the package `websocket` that is being made over a TCP socket; `null` for one to an ignored URL. */
export interface Opening {
  readonly socket: Socket;
  readonly connection: CompactConnection | null;
}

/** Runs the code of the package that makes a connection, with the opening at hand. */
export type RunOpening = (opening: Opening, run: () => unknown) => unknown;
