import type { WebSocketLike } from '@closespan/core';
import type { ResponseHeaders } from '../connection/response-headers.ts';
import { isInterimResponse } from '../runtime/is-interim-response.ts';
import type { CloseCalls } from './calls/close-calls.ts';
import type { UndiciConnection } from './connection/undici-connection.ts';
import type { UndiciConnections } from './connection/undici-connections.ts';
import type { Wire } from './connection/undici-facts.ts';
import type { UndiciRequest } from './connection/undici-request.ts';
import type { UndiciCloseEvent } from './endings/close-events.ts';
import type { FailedHandshakes } from './endings/failed-handshakes.ts';

/**
 * Name of the diagnostics channel on which undici publishes each new request. Headers can still be added to the request
 * then.
 */
export const REQUEST_MADE = 'undici:request:create';

/** A message of the channels `undici:request:*` and `undici:client:*`. Each channel sets only some of the members. */
interface UndiciRequestMessage {
  readonly request: UndiciRequest;
  readonly socket: Wire | undefined;
  readonly response: { readonly statusCode: number; readonly headers?: ResponseHeaders };
  readonly error: unknown;
}

/** A message of the channels `http2.client.stream.*` of Node. */
interface Http2StreamMessage {
  readonly stream: Wire;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message of the channel `undici:websocket:open`. */
interface OpenMessage {
  /** The WebSocket that has opened; absent in undici 6. */
  readonly websocket?: WebSocketLike;
}

/** A message of the channel `undici:websocket:pong`. */
interface PongMessage {
  /** The WebSocket over which the pong came; absent in undici 6. */
  readonly websocket?: WebSocketLike;
  readonly payload: unknown;
}

/** Callbacks for requests, openings and `close` events that undici's channels publish. */
interface UndiciListeners {
  /** Called with each request for a WebSocket or a `WebSocketStream`. */
  noteRequest(request: UndiciRequest): void;
  /** Called with the headers of a response that refuses the handshake, before the response is noted. */
  noteHeaders(connection: UndiciConnection, headers: ResponseHeaders): void;
  /**
   * Called when a handshake takes no more time: a response of status 101 has come, or another observer has taken the
   * request.
   */
  noteHandshakeEnd(connection: UndiciConnection): void;
  /**
   * Called for each `WebSocket` that has opened. The argument is `undefined` in undici 6, which does not publish the
   * socket.
   */
  noteOpen(websocket: WebSocketLike | undefined): void;
  /** Called when a pong has come. */
  notePong(message: PongMessage): void;
  /** Called after the app's listeners for a `close` event have run. */
  noteCloseEvent(event: UndiciCloseEvent): void;
}

/**
 * Makes the listeners for the diagnostics channels of undici, and for Node's channels for HTTP/2. Each key is the name
 * of a channel.
 */
export function undiciChannels(
  connections: UndiciConnections,
  failures: FailedHandshakes,
  calls: CloseCalls,
  { noteRequest, noteHeaders, noteHandshakeEnd, noteOpen, notePong, noteCloseEvent }: UndiciListeners,
): Readonly<Record<string, (message: never) => void>> {
  return {
    [REQUEST_MADE]: ({ request }: UndiciRequestMessage) => {
      if (request.upgrade === 'websocket') noteRequest(request);
    },
    'undici:client:sendHeaders': ({ request, socket }: UndiciRequestMessage) => {
      if (!socket || request.upgrade !== 'websocket') return;
      const connection = connections.ofRequest(request);
      if (!connection) connections.noteUnrecorded(socket);
      else if (connections.leave(connection, request, socket)) noteHandshakeEnd(connection);
      else connections.noteSent(connection, socket);
    },
    'http2.client.stream.created': ({ stream, headers }: Http2StreamMessage) => {
      if (headers[':protocol'] !== 'websocket') return;
      const connection = connections.ofKey(headers['sec-websocket-key']);
      if (connection) connections.noteSent(connection, stream);
    },
    'http2.client.stream.finish': ({ stream, headers }: Http2StreamMessage) => {
      const status = Number(headers[':status']);
      if (isInterimResponse(status)) return;
      // An extended CONNECT is accepted with 200, which says there what 101 says elsewhere (RFC 8441 §5).
      connections.ofWire(stream)?.noteResponse(status === 200 ? 101 : status);
    },
    'undici:request:headers': ({ request, response }: UndiciRequestMessage) => {
      const connection = connections.ofRequest(request);
      if (!connection?.isPending) return;
      if (isInterimResponse(response.statusCode)) {
        failures.noteInterimResponse(connection);
        return;
      }
      // Of HTTP/2 the stream has told the status before, with the meaning of a 200.
      const statusCode = connection.facts.statusCode ?? response.statusCode;
      if (statusCode === 101) {
        connection.noteSwitching(request.headers, response.headers);
        noteHandshakeEnd(connection);
      } else if (response.headers) noteHeaders(connection, response.headers);
      failures.noteResponse(connection, statusCode);
    },
    'undici:request:error': ({ request, error }: UndiciRequestMessage) => {
      const connection = connections.ofRequest(request);
      if (connection?.isPending) failures.noteError(connection, error, calls.current());
    },
    'undici:websocket:open': ({ websocket }: OpenMessage) => noteOpen(websocket),
    'undici:websocket:pong': notePong,
    'undici:websocket:close': noteCloseEvent,
  };
}
