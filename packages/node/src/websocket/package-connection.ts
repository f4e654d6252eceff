import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { CloseCause } from '@closespan/core';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import type { PingState } from '../connection/ping-state.ts';

/** Members of a `WebSocketConnection` of the package `websocket` that closespan reads. */
export interface PackageConnection {
  readonly state: 'open' | 'peer_requested_close' | 'ending' | 'closed';
  readonly connected: boolean;
  readonly protocol: string | null | undefined;
  /**
   * Code that the `close` event reports. If both ends have closed, the code is the one that this end sent. -1 stands
   * for a Close frame without a code.
   */
  readonly closeReasonCode: number;
  readonly closeDescription: string | null | undefined;
  readonly closeEventEmitted: boolean;
  /** True while the package, which has sent a Close frame, waits for the peer's Close frame. */
  readonly waitingForCloseResponse: boolean;
  /** Whether frames are masked when they are sent: true on clients, false on servers (RFC 6455 §5.3). */
  readonly maskOutgoingPackets: boolean;
  readonly socket: Socket;
  /** Largest size of a message in several frames, in bytes. */
  readonly maxReceivedMessageSize: number;
  /** Payload of the frames of the message that is being read, in bytes. */
  readonly fragmentationSize: number;
  readonly currentFrame: PackageFrame;
  readonly bufferList: object;
  readonly maskBytes: Uint8Array;
  readonly frameHeader: Uint8Array;
  readonly config: object;
  /** Runs for each frame that has come. */
  readonly processFrame: (this: PackageConnection, frame: PackageFrame) => unknown;
  readonly constructor: { readonly CLOSE_DESCRIPTIONS: Readonly<Record<number, string | undefined>> };
}

/** Members of a frame of the package `websocket` that closespan reads. */
export interface PackageFrame {
  /** Removes the bytes of the frame from a buffer list. Returns `true` when the frame is complete. */
  addData(bufferList: object): boolean;
  readonly opcode: number;
  /** Close code of a Close frame; -1 if the frame has no code (RFC 6455 §5.5.1). */
  readonly closeStatus: number;
  readonly binaryPayload: { toString(): string };
  readonly protocolError: boolean;
  readonly frameTooLarge: boolean;
  /** Size of the payload that the frame announces, in bytes. */
  readonly length: number;
  /** Largest size of the payload of a frame, in bytes. */
  readonly maxReceivedFrameSize: number;
  readonly constructor: new (maskBytes: Uint8Array, frameHeader: Uint8Array, config: object) => PackageFrame;
}

/** Code and reason of a Close frame that the peer sent (RFC 6455 §5.5.1). */
export interface PeerClose {
  readonly code: number;
  readonly reason: string;
}

/** An observed connection of the package `websocket`, until its record is made. */
export interface TrackedConnection {
  readonly connection: CompactConnection;
  /** Number of bytes after the handshake that had come before the package made the connection. */
  readonly head: number;
  /** The peer's Close frame; `undefined` until it arrives. */
  received: PeerClose | undefined;
  /**
   * The cause for which the package ended the connection; `undefined` if none is known. The cause counts only if the
   * peer sent no Close frame.
   */
  cause: CloseCause | undefined;
  /** Whether the package no longer waits for the peer's Close frame. */
  isTimedOut: boolean;
  /** Attributes of a message that the package refused as too big; `undefined` if it refused none. */
  tooBig: Attributes | undefined;
  /** Pings over the connection; `undefined` until the app or the package sends one. */
  pings: PingState | undefined;
}

const CLOSE = 8;

/** Returns the number of bytes of a Close frame that the peer sent (RFC 6455 §5.2). */
export function closeFrameSize(
  { maskOutgoingPackets }: PackageConnection,
  { code, reason }: PeerClose,
): number {
  const payload = code === 1005 ? 0 : 2 + Buffer.byteLength(reason);
  // Frames from a client have a mask.
  return 2 + (maskOutgoingPackets ? 0 : 4) + payload;
}

/**
 * Makes the state of a connection that has just opened.
 * @param head number of bytes after the handshake that have come already
 */
export function trackedConnection(connection: CompactConnection, head: number): TrackedConnection {
  return {
    connection,
    head,
    received: undefined,
    cause: undefined,
    isTimedOut: false,
    tooBig: undefined,
    pings: undefined,
  };
}

/** Reads the peer's Close frame at the moment at which the package `websocket` begins to return a Close frame. */
export function peerCloseFrame(connection: PackageConnection): PeerClose {
  const { closeReasonCode: code, closeDescription: reason } = connection;
  // For a frame without a reason the package makes up a description.
  const invented = reason === connection.constructor.CLOSE_DESCRIPTIONS[code];
  return { code: code < 0 ? 1005 : code, reason: invented ? '' : (reason ?? '') };
}

/**
 * Reads the Close frame that the peer sent in response to the package's own Close frame. The package reads no more
 * frames after its own `close()`, so the peer's frame is still in the package's buffer.
 * @returns `undefined` if the buffer holds no Close frame
 */
export function returnedCloseFrame(connection: PackageConnection): PeerClose | undefined {
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
