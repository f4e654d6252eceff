import { type CloseFacts, NO_CLOSE_FRAME, noteCloseStart, now } from '@closespan/core/platform';
import { withRequestEnd } from '../connection/request-end.ts';
import { refusalAttributes, refusingHeaders } from '../connection/response-headers.ts';
import { requestedSocketPath } from '../connection/socket-path.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import { wireError } from '../connection/wire-error.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import type { HttpAttempt } from './http-attempts.ts';

/** A request of Node's HTTP client, with its time limit and the response, which Node adds. */
type Request = HttpAttempt['request'] & {
  readonly timeout?: number;
  readonly res?: Parameters<typeof refusingHeaders>[0];
};

/** Makes the facts of a handshake that has failed. Notes that this end has closed, if the library has aborted. */
export function failedAttemptFacts(
  { request, url, tracked }: HttpAttempt,
  error: NodeJS.ErrnoException | undefined,
  options: NodeWebSocketOptions,
): CloseFacts {
  const { res, timeout } = request as Request;
  const isAborted = !res && wasAborted(request, error);
  const isTimeout = isAborted && Boolean(timeout && now() - tracked.startedAt >= timeout / 2);
  if (isAborted && !isTimeout) noteCloseStart(tracked, 'local');
  return {
    kind: 'client',
    url,
    socketPath: requestedSocketPath(request),
    peer: tcpPeerOf(request.socket) ?? peerOf(error),
    ...NO_CLOSE_FRAME,
    errored: error !== undefined,
    errorCode: isAborted ? undefined : error?.code,
    httpStatusCode: res?.statusCode,
    ...(isTimeout && { cause: 'handshake_timeout' }),
    furtherAttributes: withRequestEnd(
      refusalAttributes(refusingHeaders(res), url, options),
      request as Parameters<typeof withRequestEnd>[1],
      error,
      isAborted,
    ),
  };
}

/** Says whether this process has ended a handshake. Node then makes up an error, as if the server had hung up. */
function wasAborted(request: HttpAttempt['request'], error: NodeJS.ErrnoException | undefined): boolean {
  if (error?.syscall || (error?.code !== undefined && error.code !== 'ECONNRESET')) return false;
  const { socket } = request;
  if (!socket) return request.destroyed;
  return socket.destroyed && !wireError(socket)?.syscall && !socket.readableEnded;
}

function peerOf(error: NodeJS.ErrnoException | undefined): CloseFacts['peer'] {
  const { address, port } = (error ?? {}) as { readonly address?: string; readonly port?: number };
  return address !== undefined && port !== undefined ? { address, port } : undefined;
}
