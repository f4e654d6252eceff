import { noteCloseStart, requestedReason } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { sentCode } from '../connection/sent-code.ts';
import { tooBigAttributes } from '../connection/too-big.ts';
import type { OpenConnections } from '../traffic/open-connections.ts';
import {
  closeFrameSize,
  type PackageConnection,
  peerCloseFrame,
  type TrackedConnection,
} from './package-connection.ts';
import { isPingOverdue, packageDropCause } from './package-pings.ts';

/** Notes what the calls by which a connection of the package `websocket` closes show: who closes, how, and when. */
export interface PackageCloseCalls {
  /**
   * Notes a call of `close()` by the app.
   * @returns a function that removes the note, for a call that throws; `undefined` if nothing was noted
   */
  noteClose(self: PackageConnection, code: unknown, reason: unknown): (() => void) | undefined;
  /** Notes a call of `drop()`, by the app or by the package. */
  noteDrop(self: PackageConnection, code: unknown, description: unknown, sendsNoFrame: unknown): undefined;
  /** Notes the call by which the package returns the peer's Close frame, or refuses it. */
  noteCloseFrame(self: PackageConnection, response: unknown): undefined;
}

/**
 * Makes an object that notes the calls by which connections close.
 * @param trackedOf returns a tracked connection; `null` for a connection that is recorded or ignored
 */
export function createPackageCloseCalls(
  trackedOf: (self: PackageConnection) => TrackedConnection | null,
  openConnections: OpenConnections<PackageConnection>,
): PackageCloseCalls {
  function noteClose(self: PackageConnection, code: unknown, reason: unknown) {
    const tracked = self.connected ? trackedOf(self) : null;
    if (!tracked) return undefined;
    // The package sends 1000 for a `close()` without a code.
    const sent = sentCode(code) ?? 1000;
    const takeBack = noteLocalClose(tracked.connection, sent, requestedReason(reason));
    if (!takeBack) return undefined;
    if (isPingOverdue(self, tracked)) tracked.cause = 'ping_timeout';
    return () => {
      tracked.cause = undefined;
      takeBack();
    };
  }

  /** Notes a call of `close()`. The package reads no more frames after it, so later bytes are no sign of life. */
  function noteLocalClose(
    connection: CompactConnection,
    code: number,
    reason: string | undefined,
  ): (() => void) | undefined {
    const takeBack = noteCloseStart(connection, 'local', code, reason);
    if (!takeBack) return undefined;
    openConnections.noteCloseFrame(connection, 0);
    return () => {
      takeBack();
      openConnections.noteStillOpen(connection);
    };
  }

  function noteDrop(
    self: PackageConnection,
    code: unknown,
    description: unknown,
    sendsNoFrame: unknown,
  ): undefined {
    const tracked = trackedOf(self);
    if (!tracked || tracked.connection.closing) return;
    const unanswered = description === 'Peer not responding.';
    // With 1006 the package also reports a connection that was lost before it opened.
    if (code === 1006 && (self.socket.destroyed || self.socket.readableEnded)) return;
    // No Close frame may carry 1006 (RFC 6455 §7.4.1): an app that gives it as the code only drops the connection.
    const sent = sendsNoFrame || code === 1006 ? undefined : code;
    tracked.cause = unanswered ? 'ping_timeout' : packageDropCause(self, tracked, sent);
    if (code === 1009) tracked.tooBig = refusedMessageOf(self);
    const reason = sendsNoFrame ? undefined : requestedReason(description);
    noteCloseStart(tracked.connection, 'local', typeof code === 'number' ? code : 1002, reason);
  }

  function noteCloseFrame(self: PackageConnection, response: unknown): undefined {
    if (self.state !== 'peer_requested_close') return;
    const tracked = trackedOf(self);
    // The package drops a connection whose Close frame is a protocol error, and returns no Close frame.
    if (!tracked || tracked.connection.closing) return;
    // The package responds with 1002 to a frame that no peer may send, and takes 1015 (RFC 6455 §7.4.1).
    if (response === 1002 || self.closeReasonCode === 1015) {
      tracked.cause = 'protocol_error';
      noteCloseStart(tracked.connection, 'local', typeof response === 'number' ? response : undefined);
      return;
    }
    tracked.received = peerCloseFrame(self);
    openConnections.noteCloseFrame(tracked.connection, closeFrameSize(self, tracked.received));
    noteCloseStart(tracked.connection, 'remote');
  }

  return { noteClose, noteDrop, noteCloseFrame };
}

/** Returns the attributes of the message for which the package is dropping a connection; `undefined` if there is none. */
function refusedMessageOf({
  currentFrame: frame,
  fragmentationSize,
  maxReceivedMessageSize,
}: PackageConnection): Attributes | undefined {
  if (frame.frameTooLarge) return tooBigAttributes(frame.length, frame.maxReceivedFrameSize);
  return fragmentationSize > maxReceivedMessageSize
    ? tooBigAttributes(fragmentationSize, maxReceivedMessageSize)
    : undefined;
}
