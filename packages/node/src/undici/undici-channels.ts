import type { WebSocketLike } from '@closespan/core';
import { isInterimResponse } from '../runtime/is-interim-response.ts';
import type { CloseCalls } from './calls/close-calls.ts';
import type { UndiciConnections } from './connection/undici-connections.ts';
import type { Wire } from './connection/undici-facts.ts';
import type { UndiciRequest } from './connection/undici-request.ts';
import type { UndiciCloseEvent } from './endings/close-events.ts';
import type { FailedHandshakes } from './endings/failed-handshakes.ts';

/** The channel that tells of each request when it is made, while headers can still be added to the request. */
export const REQUEST_MADE = 'undici:request:create';

/** A message of the channels `undici:request:*` and `undici:client:*`. Each channel fills in a part of the members. */
interface UndiciRequestMessage {
  readonly request: UndiciRequest;
  readonly socket: Wire | undefined;
  readonly response: { readonly statusCode: number };
  readonly error: unknown;
}

/** A message of the channels `http2.client.stream.*` of Node. */
interface Http2StreamMessage {
  readonly stream: Wire;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** A message of the channel `undici:websocket:open`. */
interface OpenMessage {
  /** Absent from undici 6. */
  readonly websocket?: WebSocketLike;
}

/** Callbacks for what channels tell besides the course of a handshake. */
interface UndiciListeners {
  /** Called with each request for a WebSocket or a `WebSocketStream`. */
  noteRequest(request: UndiciRequest): void;
  /** Called for each `WebSocket` that has opened; with `undefined` by undici 6, which does not tell which one. */
  noteOpen(websocket: WebSocketLike | undefined): void;
  /** Called after the app's listeners for a `close` event have run. */
  noteCloseEvent(event: UndiciCloseEvent): void;
}

/** Makes the listeners of all channels of undici, and of Node's channels for HTTP/2, by the channel's name. */
export function undiciChannels(
  connections: UndiciConnections,
  failures: FailedHandshakes,
  calls: CloseCalls,
  { noteRequest, noteOpen, noteCloseEvent }: UndiciListeners,
): Readonly<Record<string, (message: never) => void>> {
  return {
    [REQUEST_MADE]: ({ request }: UndiciRequestMessage) => {
      if (request.upgrade === 'websocket') noteRequest(request);
    },
    'undici:client:sendHeaders': ({ request, socket }: UndiciRequestMessage) => {
      const connection = connections.ofRequest(request);
      if (connection && socket) connections.noteSent(connection, socket);
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
      if (isInterimResponse(response.statusCode)) failures.noteInterimResponse(connection);
      // Of HTTP/2 the stream has told the status before, with the meaning of a 200.
      else failures.noteResponse(connection, connection.facts.statusCode ?? response.statusCode);
    },
    'undici:request:error': ({ request, error }: UndiciRequestMessage) => {
      const connection = connections.ofRequest(request);
      if (connection?.isPending) failures.noteError(connection, error, calls.current());
    },
    'undici:websocket:open': ({ websocket }: OpenMessage) => noteOpen(websocket),
    'undici:websocket:close': noteCloseEvent,
  };
}
