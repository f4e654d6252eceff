import { Socket } from 'node:net';
import {
  type CloseFacts,
  isIgnored,
  NO_CLOSE_FRAME,
  noteCloseStart,
  ownProperty,
  patchBefore,
} from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import { CompactConnection } from '../connection/compact-connection.ts';
import { type ConnectingSocket, withHandshakePhase } from '../connection/handshake-phase.ts';
import { type InvalidPart, withInvalidPart } from '../connection/invalid-part.ts';
import { refusalAttributes } from '../connection/response-headers.ts';
import type { StreamClaims } from '../connection/stream-claims.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import { withTransportEnd } from '../connection/transport-end.ts';
import { wireError } from '../connection/wire-error.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { RawAttempt } from './raw-attempt.ts';
import type { RelayedKeys } from './relayed-keys.ts';
import type { ResponseHead } from './response-head.ts';
import { watchOf, watchWrites } from './watch-stream.ts';

/** A handshake that a client has written itself, with the connection that it makes. */
export interface RawHandshake {
  readonly attempt: RawAttempt;
  readonly tracked: CompactConnection;
  readonly url: string;
}

/** Callbacks for handshakes of clients that write their requests themselves. */
export interface RawClientEvents {
  begun(handshake: RawHandshake): void;
  upgraded(handshake: RawHandshake, response: ResponseHead, rest: Uint8Array): void;
  failed(handshake: RawHandshake, facts: CloseFacts): void;
}

/**
 * Follows the handshakes of clients that write their requests to a TCP or TLS socket, without Node's HTTP client, as
 * `faye-websocket` does. `connect` of `net.Socket` is patched in place. A socket that writes anything else first is left
 * at its first write. Requests that the app makes through another client, such as `upgrade()` of undici, are offered.
 * @returns a function that stops this; `undefined` if the class is frozen
 */
export function followRawClients(
  options: NodeWebSocketOptions,
  claims: StreamClaims,
  keys: RelayedKeys,
  { begun, upgraded, failed }: RawClientEvents,
): (() => void) | undefined {
  const handshakes = new WeakMap<RawAttempt, RawHandshake>();
  const events: ConstructorParameters<typeof RawAttempt>[2] = {
    requested(attempt, chunk) {
      const key = attempt.header('sec-websocket-key');
      const { url } = attempt;
      if (keys.noteRequest(key) || keys.isOwn(key) || isRelayed(attempt, chunk)) return false;
      if (isIgnored(url, options.ignoreUrls)) return false;
      const tracked = new CompactConnection(attempt.active, attempt.startedAt);
      tracked.key = key;
      const handshake = { attempt, tracked, url };
      handshakes.set(attempt, handshake);
      begun(handshake);
      return true;
    },
    upgraded(attempt, ...response) {
      const handshake = handshakes.get(attempt);
      if (handshake) upgraded(handshake, ...response);
    },
    failed(attempt, response) {
      const handshake = handshakes.get(attempt);
      if (handshake) failed(handshake, failedFacts(handshake, response, options));
    },
  };
  claims.listenToOffers(({ stream, socketPath, key, isOfApp }) => {
    if (!isOfApp && !keys.isWaiting(key)) return false;
    // A socket that has carried other requests has been left.
    if (watchOf(stream) instanceof RawAttempt) return true;
    return watchWrites(stream, new RawAttempt(stream as Socket, socketPath, events));
  });
  return patchBefore(Socket.prototype, 'connect', (self, [first]) => {
    const given: unknown = Array.isArray(first) ? first[0] : first;
    const of = (name: string) =>
      typeof given === 'object' && given ? ownProperty(given, name)?.value : undefined;
    // Options of Node's HTTP client have these members.
    if (of('_agentKey') !== undefined || of('method') !== undefined) return undefined;
    // Its bytes pass through no method of the socket.
    if (of('onread') !== undefined) return undefined;
    const path = of('path');
    const socket = self as Socket;
    watchWrites(socket, new RawAttempt(socket, typeof path === 'string' ? path : undefined, events));
    return undefined;
  });
}

/** Members of a socket, and of what is running, that show which socket is being read. */
interface Handled {
  readonly _handle?: object | null;
}

/**
 * Says whether a request is passed on by a relay of TCP: the bytes have just been read from another socket. Bytes from
 * the network fill the memory in which they lie. A client makes its request of a text.
 */
function isRelayed({ stream }: RawAttempt, chunk: Uint8Array | undefined): boolean {
  if (!chunk || chunk.byteLength !== chunk.buffer.byteLength) return false;
  const running: object = process.getBuiltinModule('node:async_hooks').executionAsyncResource();
  return /^(?:TCP|Pipe|TLSWrap)$/.test(running.constructor?.name) && running !== (stream as Handled)._handle;
}

function failedFacts(
  { attempt, tracked, url }: RawHandshake,
  response: ResponseHead | undefined,
  options: NodeWebSocketOptions,
): CloseFacts {
  const { stream, socketPath } = attempt;
  const error = wireError(stream);
  const part = attempt.isForeign ? 'http' : undefined;
  if (!response && !part && !error && !stream.readableEnded) noteCloseStart(tracked, 'local');
  return {
    kind: 'client',
    url,
    socketPath,
    peer: tcpPeerOf(stream),
    ...NO_CLOSE_FRAME,
    errored: error !== undefined,
    errorCode: error?.code,
    httpStatusCode: response && !Number.isNaN(response.statusCode) ? response.statusCode : undefined,
    furtherAttributes: response
      ? withInvalidPart(refusalAttributes(response.headers, url, options), part)
      : withoutResponse(stream, part),
  };
}

/** Returns attributes of a handshake that got no response: how TCP ended, and in which phase, or which part is invalid. */
function withoutResponse(stream: Socket, part: InvalidPart | undefined): Attributes | undefined {
  const ended = withTransportEnd(undefined, stream);
  if (part) return withInvalidPart(ended, part);
  return withHandshakePhase(ended, { socket: stream as ConnectingSocket, isSent: true });
}
