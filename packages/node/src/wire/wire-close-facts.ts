import { type CloseFacts, NO_CLOSE_FRAME } from '@closespan/core/platform';
import type { HandshakeFacts } from '../connection/handshake.ts';
import { withInvalidPart } from '../connection/invalid-part.ts';
import { pingAttributes } from '../connection/ping-attributes.ts';
import { PROCESS_EXIT_FACTS } from '../connection/process-exit-facts.ts';
import { withTransportEnd } from '../connection/transport-end.ts';
import { isEndedHere, unsentBytes } from '../connection/unsent-bytes.ts';
import { wireError } from '../connection/wire-error.ts';
import { OF_CODE, type WireConnection } from './wire-connection.ts';

/** Makes the facts of a close from the frames of a connection, at the moment at which its stream is destroyed. */
export function wireCloseFacts(connection: WireConnection): CloseFacts {
  const { stream, tracked, sent, agreement } = connection;
  const received = connection.failure ? undefined : connection.received;
  const known = tracked.handshake as HandshakeFacts | undefined;
  const error = wireError(stream);
  const unsentSize = connection.isBegun ? unsentBytes(stream, stream.writableLength) : 0;
  // The Close frame is the last that an end sends: a write that failed, or never began, was that of the frame.
  const hasSent = sent && unsentSize === 0 && error?.syscall !== 'write';
  return {
    kind: connection.kind,
    url: connection.url,
    socketPath: known?.socketPath,
    template: known?.template,
    peer: known?.peer,
    clientAddress: known?.clientAddress,
    origin: known?.origin,
    ...(received ?? NO_CLOSE_FRAME),
    wasClean: Boolean(received && hasSent),
    subprotocol: agreement?.subprotocol,
    extensions: agreement?.extensions,
    unsentSize,
    errored: error !== undefined,
    errorCode: error?.code,
    ...(connection.isBegun && !received && endFacts(connection, error)),
    furtherAttributes: withInvalidPart(
      withTransportEnd(pingAttributes(tracked.pings), stream),
      connection.isBegun ? undefined : connection.invalid,
    ),
  };
}

/**
 * Makes the facts of a connection that is open when the process ends. If the peer's Close frame has come, the facts
 * describe the peer's close.
 */
export function wireExitFacts(connection: WireConnection): CloseFacts {
  const facts = { ...wireCloseFacts(connection), synthetic: true };
  return connection.received ? facts : { ...facts, ...PROCESS_EXIT_FACTS };
}

/** Says who ended a connection without a Close frame of the peer, and why, as far as the frames show it. */
function endFacts(
  { stream, sent, cause, isUnreadable, isForeign, isPingOverdue }: WireConnection,
  error: NodeJS.ErrnoException | undefined,
): Pick<CloseFacts, 'cause' | 'initiator'> {
  const isDropped = (!stream.readableEnded || isEndedHere(stream)) && (!error || isOfApp(error));
  // After bytes that are no frames, nobody can know what was meant.
  if (isForeign) return { cause: 'unknown', initiator: 'unknown' };
  const ofCode = sent && OF_CODE[sent.code];
  if (isUnreadable) {
    if (ofCode || (isDropped && !sent)) return { cause: ofCode ?? 'protocol_error', initiator: 'local' };
    return { cause: 'unknown', initiator: sent ? 'local' : 'unknown' };
  }
  if (sent) {
    const known = cause ?? ofCode;
    return known ? { cause: known } : {};
  }
  if (!isDropped) return {};
  return { cause: isPingOverdue ? 'ping_timeout' : 'local_terminate', initiator: 'local' };
}

/** Says whether an error is one with which the app has destroyed the stream. Errors of the system name a call. */
function isOfApp({ syscall, code = '' }: NodeJS.ErrnoException): boolean {
  return syscall === undefined && !code.startsWith('ERR_SSL_') && !code.startsWith('ERR_HTTP2_');
}
