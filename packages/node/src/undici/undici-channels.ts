import type { CloseCalls } from './calls/close-calls.ts';
import type { UndiciConnection, Wire } from './connection/undici-connection.ts';
import type { UndiciConnections } from './connection/undici-connections.ts';
import type { UndiciRequest } from './connection/undici-request.ts';
import type { FailedHandshakes } from './endings/failed-handshakes.ts';

/** What the channels of a request publish, each a part of it. */
interface RequestMessage {
  readonly request: UndiciRequest;
  readonly socket: Wire | undefined;
  readonly response: { readonly statusCode: number };
  readonly error: unknown;
}

/** What Node's channels of HTTP/2 streams publish. */
interface StreamMessage {
  readonly stream: Wire;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * Makes listeners of the channels that tell of a handshake until it is over; the same for `WebSocket` and streams.
 * @param create called with each request for a WebSocket
 */
export function handshakeChannels(
  connections: UndiciConnections,
  failures: FailedHandshakes,
  calls: CloseCalls,
  create: (request: UndiciRequest) => void,
): Readonly<Record<string, (message: never) => void>> {
  return {
    'undici:request:create': ({ request }: RequestMessage) => {
      if (request.upgrade === 'websocket') create(request);
    },
    'undici:client:sendHeaders': ({ request, socket }: RequestMessage) => {
      const undici = connections.ofRequest(request);
      if (undici && socket) connections.send(undici, socket);
    },
    'http2.client.stream.created': ({ stream, headers }: StreamMessage) => {
      if (headers[':protocol'] !== 'websocket') return;
      const undici = connections.ofKey(headers['sec-websocket-key']);
      if (undici) connections.send(undici, stream);
    },
    'http2.client.stream.finish': ({ stream, headers }: StreamMessage) => {
      const undici = connections.ofWire(stream);
      const status = Number(headers[':status']);
      if (isInterim(status)) return;
      // An extended CONNECT is accepted with 200, which says there what 101 says elsewhere (RFC 8441 §5).
      if (undici) undici.statusCode = status === 200 ? 101 : status;
    },
    'undici:request:headers': ({ request, response }: RequestMessage) => {
      const undici = connections.ofRequest(request);
      if (!undici || isDone(undici)) return;
      if (isInterim(response.statusCode)) failures.hear(undici);
      // Of HTTP/2 the stream has told already, and what its 200 means.
      else failures.respond(undici, undici.statusCode ?? response.statusCode);
    },
    'undici:request:error': ({ request, error }: RequestMessage) => {
      const undici = connections.ofRequest(request);
      if (undici && !isDone(undici)) failures.fail(undici, error, calls.current());
    },
  };
}

/** Whether the answer is still to come, as after 103 (RFC 9110 §15.2). */
function isInterim(status: number): boolean {
  return status < 200 && status !== 101;
}

/** Whether its handshake can fail no more. */
function isDone({ isRecorded, connection }: UndiciConnection): boolean {
  return isRecorded || connection.openedAt !== undefined;
}
