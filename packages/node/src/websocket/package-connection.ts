import type { Socket } from 'node:net';
import type { CloseCause } from '@closespan/core';
import type { CloseFacts } from '@closespan/core/platform';
import type { WsConnection } from '../connection/compact-connection.ts';

/** The members of a `WebSocketConnection` of the package `websocket` that are read. */
export interface PackageConnection {
  readonly state: 'open' | 'peer_requested_close' | 'ending' | 'closed';
  readonly connected: boolean;
  readonly protocol: string | null | undefined;
  /** What the `close` event tells: our own code where both ends closed, -1 for a Close frame without one. */
  readonly closeReasonCode: number;
  readonly closeDescription: string | null | undefined;
  readonly closeEventEmitted: boolean;
  /** Our Close frame was sent, and the package still waits. */
  readonly waitingForCloseResponse: boolean;
  /** True on clients. */
  readonly maskOutgoingPackets: boolean;
  readonly socket: Socket;
  readonly currentFrame: PackageFrame;
  readonly bufferList: object;
  readonly maskBytes: Uint8Array;
  readonly frameHeader: Uint8Array;
  readonly config: object;
  readonly constructor: { readonly CLOSE_DESCRIPTIONS: Readonly<Record<number, string | undefined>> };
}

interface PackageFrame {
  /** Takes the bytes of the frame out of a list; says whether it is whole. */
  addData(bufferList: object): boolean;
  readonly opcode: number;
  /** -1 without a code. */
  readonly closeStatus: number;
  readonly binaryPayload: { toString(): string };
  readonly protocolError: boolean;
  readonly frameTooLarge: boolean;
  readonly constructor: new (maskBytes: Uint8Array, frameHeader: Uint8Array, config: object) => PackageFrame;
}

/** A Close frame of the peer. */
export interface CloseFrame {
  readonly code: number;
  readonly reason: string;
}

/** What a connection of the package is held by. */
export interface Held {
  readonly connection: WsConnection;
  /** The peer's Close frame, once it came. */
  received: CloseFrame | undefined;
  /** Why the package ended the connection, where that is known; it explains one without a Close frame of the peer. */
  cause: CloseCause | undefined;
}

const CLOSE = 8;

/** The Close frame that a connection has just begun to answer. */
export function requestOf(connection: PackageConnection): CloseFrame {
  const { closeReasonCode: code, closeDescription: reason } = connection;
  // Where the frame has no text the package takes one of its own.
  const invented = reason === connection.constructor.CLOSE_DESCRIPTIONS[code];
  return { code: code < 0 ? 1005 : code, reason: invented ? '' : (reason ?? '') };
}

/** The answer to our Close frame: the package reads nothing more after its own `close()`, so it lies in the buffer. */
export function answerOf(connection: PackageConnection): CloseFrame | undefined {
  const { bufferList, maskBytes, frameHeader, config } = connection;
  let { currentFrame: frame } = connection;
  while (!frame.protocolError && !frame.frameTooLarge && frame.addData(bufferList)) {
    if (frame.opcode === CLOSE && !frame.protocolError) {
      const { closeStatus: code, binaryPayload } = frame;
      return { code: code < 0 ? 1005 : code, reason: binaryPayload.toString() };
    }
    frame = new frame.constructor(maskBytes, frameHeader, config);
  }
  return undefined;
}

/** What a connection shows at its end: what came over the wire, where its own event says something else. */
export function closeFactsOf(
  connection: PackageConnection,
  { connection: held, received, cause }: Held,
): CloseFacts {
  const { socket, protocol, maskOutgoingPackets, closeReasonCode } = connection;
  const { code, reason } = received ?? { code: 1006, reason: '' };
  const error: NodeJS.ErrnoException | null | undefined = socket.errored;
  return {
    kind: maskOutgoingPackets ? 'client' : 'server',
    url: '',
    ...held.handshake,
    code,
    reason,
    // Each Close frame that comes is answered, and it was sent where it is an answer.
    wasClean: received !== undefined,
    reportedCode: closeReasonCode,
    subprotocol: protocol ?? '',
    unsentSize: socket.writableLength,
    errored: Boolean(error),
    errorCode: error?.code,
    ...(cause && !received && { cause }),
  };
}
