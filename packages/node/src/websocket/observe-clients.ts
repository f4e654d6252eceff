import type { ClientRequest, IncomingMessage } from 'node:http';
import {
  type CloseFacts,
  CONNECTING,
  guard,
  isIgnored,
  NO_CLOSE_FRAME,
  noteCloseStart,
  patchAround,
  patchBefore,
  requestedReason,
  stopAll,
} from '@closespan/core/platform';
import { context } from '@opentelemetry/api';
import { CompactConnection } from '../connection/compact-connection.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { withRequestEnd } from '../connection/request-end.ts';
import { refusalAttributes, refusingHeaders } from '../connection/response-headers.ts';
import { sentCode } from '../connection/sent-code.ts';
import { requestedSocketPath } from '../connection/socket-path.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import { watchHandshakePhases } from '../connection/unsent-bytes.ts';
import type { LibraryTools } from '../library-observer.ts';
import { propagateThroughHttp } from '../propagation/propagate-through-http.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import type { NoteOpening, Opening } from './opening.ts';

/** Members of a `WebSocketClient` of the package `websocket` that closespan reads. */
interface Client {
  readonly url: { readonly href: string };
  readonly base64nonce: string;
  readonly socket: Opening['socket'];
  /** Bytes that came with the response to the handshake; `undefined` before the response. */
  readonly firstDataChunk?: Uint8Array | null;
  readonly _req: (ClientRequest & { res?: IncomingMessage }) | null;
}
/** Members of a `w3cwebsocket` of the package `websocket` that closespan reads. */
export interface W3cSocket {
  readonly readyState: number;
  readonly _client: Client;
  /** The connection, once the handshake has succeeded. */
  readonly _connection?: object | undefined;
}

/** A handshake of a client that has not ended yet. */
interface Attempt {
  readonly connection: CompactConnection;
  readonly request: Client['_req'];
}

/** Observes the handshakes of clients of the package `websocket`, until each handshake succeeds or fails. */
export interface ClientsObserver {
  /**
   * Returns the connection that a client tries to make, or has failed to make. `undefined` for another object, and once
   * the handshake has succeeded.
   */
  connectionOf(client: object): CompactConnection | undefined;
  /** Patches the prototype of a `WebSocketClient` class in place. */
  observeClientClass(prototype: object): void;
  /**
   * Patches the prototype of a `w3cwebsocket` class in place. Each `w3cwebsocket` connects through a `WebSocketClient`.
   */
  observeW3cClass(prototype: object): void;
  stop(): void;
}

/**
 * Makes an observer of the clients of the package `websocket`.
 * @param noteOpening called when the package begins to make a connection after a successful handshake
 */
export function observeClients(
  {
    recorder,
    options,
    claims,
    handshakeTimes,
  }: Pick<LibraryTools, 'recorder' | 'options' | 'claims' | 'handshakeTimes'>,
  noteOpening: NoteOpening,
): ClientsObserver {
  /** Last handshake of each client; `null` if there is nothing to record. */
  const attempts = createPrivateSlot<Attempt | null>();
  const propagate = propagateThroughHttp(options);
  const stops: ((() => void) | undefined)[] = [];

  function noteAttempt(client: Client, connection: CompactConnection): Attempt | null {
    const { base64nonce, _req: request } = client;
    claims.claim(request);
    const url = String(client.url.href);
    const attempt = isIgnored(url, options.ignoreUrls) ? null : { connection, request };
    connection.key = base64nonce;
    connection.handshake = { url };
    attempts.set(client, attempt);
    return attempt;
  }

  /** Notes a handshake whose request has just been made and waits for the TCP connection. */
  function noteConnect(client: Client, connection: CompactConnection): void {
    noteAttempt(client, connection);
    watchHandshakePhases();
    const { _req: request, url } = client;
    if (request) {
      propagate(url.href, request);
      handshakeTimes.begin(connection, () => request.socket);
    }
  }

  /**
   * Returns the current handshake of a client; `null` if there is nothing to record. A client from before observation
   * began gets a handshake in this call.
   */
  function attemptOf(client: Client): Attempt | null {
    const known = attempts.get(client);
    if (known === undefined) return noteAttempt(client, new CompactConnection(context.active(), Number.NaN));
    return known?.connection.isRecorded ? null : known;
  }

  function recordFailure(client: Client, error?: unknown): void {
    const attempt = attemptOf(client);
    if (!attempt) return;
    const { connection, request } = attempt;
    const facts: CloseFacts = {
      kind: 'client',
      url: '',
      ...connection.handshake,
      ...NO_CLOSE_FRAME,
      errored: true,
      errorCode: (error as NodeJS.ErrnoException | undefined)?.code,
      httpStatusCode: request?.res?.statusCode,
      socketPath: requestedSocketPath(request),
      furtherAttributes: withRequestEnd(
        refusalAttributes(refusingHeaders(request?.res), String(client.url.href), options),
        request,
        error,
        connection.closing !== undefined,
      ),
    };
    attempts.set(client, { connection, request: null });
    connection.noteRecord();
    recorder.record(connection, facts, client);
  }

  /**
   * Records a handshake that the app aborts. After the abort the package may emit no event at all, even if the client
   * still connects.
   */
  function noteAbort(client: Client, code?: unknown, reason?: unknown): undefined {
    const attempt = attemptOf(client);
    if (!attempt) return;
    noteCloseStart(attempt.connection, 'local', sentCode(code), requestedReason(reason));
    recordFailure(client);
  }

  function noteEmit(client: Client, event: unknown, value: unknown): undefined {
    if (event === 'connectFailed') recordFailure(client, value);
    // An app with a listener for `httpResponse` takes the response over, and the client emits nothing more.
    if (event === 'httpResponse') recordFailure(client);
  }

  return {
    connectionOf: (client) => attempts.get(client)?.connection,
    observeClientClass(prototype) {
      stops.push(
        patchAround(prototype, 'connect', (self) => {
          const connection = new CompactConnection(context.active());
          return (_result, threw) => {
            if (!threw) noteConnect(self as Client, connection);
          };
        }),
        patchAround(prototype, 'succeedHandshake', (self) => {
          const client = self as Client;
          const { connection = null, request } = guard('websocket', () => attemptOf(client), null) ?? {};
          attempts.set(client, null);
          if (connection) {
            const socketPath = requestedSocketPath(request);
            const peer = tcpPeerOf(client.socket);
            connection.handshake = { ...connection.handshake, peer, ...(socketPath && { socketPath }) };
          }
          return noteOpening({ socket: client.socket, connection, head: client.firstDataChunk?.length ?? 0 });
        }),
        patchBefore(prototype, 'abort', (self) =>
          (self as Client)._req ? noteAbort(self as Client) : undefined,
        ),
        // No message passes through the `emit` of a client.
        patchInherited(prototype, 'emit', (self, [event, value]) => noteEmit(self as Client, event, value)),
      );
    },
    observeW3cClass(prototype) {
      stops.push(
        patchBefore(prototype, 'close', (self, [code, reason]) => {
          const { readyState, _client } = self as W3cSocket;
          return readyState === CONNECTING ? noteAbort(_client, code, reason) : undefined;
        }),
      );
    },
    stop: () => stopAll(stops),
  };
}
