import type { ClientRequest, IncomingMessage } from 'node:http';
import {
  guard,
  isIgnored,
  noteCloseStart,
  patchBefore,
  patchMethod,
  type Recorder,
} from '@closespan/core/platform';
import { context } from '@opentelemetry/api';
import { WsConnection } from '../connection/compact-connection.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { propagateThroughWs } from '../propagation/propagate-through-http.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import type { Opening } from './observe-websocket.ts';

/** The members of a `WebSocketClient` of the package `websocket` that are read. */
interface Client {
  readonly url: { readonly href: string };
  readonly base64nonce: string;
  readonly socket: Opening['socket'];
  readonly _req: (ClientRequest & { res?: IncomingMessage }) | null;
}
/** Its `w3cwebsocket`. */
interface W3cSocket {
  readonly readyState: number;
  readonly _client: Client;
}

/** One handshake of a client. */
interface Attempt {
  readonly connection: WsConnection;
  readonly request: Client['_req'];
}

/** Observes handshakes until they succeed or fail. */
export interface ClientsObserver {
  /** Patches the class of clients in place. */
  patchClient(prototype: object): void;
  /** Patches the class of `w3cwebsocket`s, each of which has a client. */
  patchW3c(prototype: object): void;
  unpatch(): void;
}

/**
 * Makes an observer of clients.
 * @param open runs what makes a connection of a handshake that has succeeded
 */
export function createClientsObserver(
  recorder: Recorder,
  options: NodeWebSocketOptions,
  open: (opening: Opening, run: () => unknown) => unknown,
): ClientsObserver {
  /** `null` while there is nothing to record. */
  const attempts = createPrivateSlot<Attempt | null>();
  const propagate = propagateThroughWs(options);
  const undo: (() => void)[] = [];

  function start(client: Client, connection: WsConnection): Attempt | null {
    const { base64nonce, _req: request } = client;
    const url = String(client.url.href);
    const attempt = isIgnored(url, options.ignoreUrls) ? null : { connection, request };
    connection.key = base64nonce;
    connection.handshake = { url };
    attempts.set(client, attempt);
    return attempt;
  }

  /** The request is made, and waits for its TCP connection. */
  function connect(client: Client, connection: WsConnection): void {
    start(client, connection);
    const { _req: request, url } = client;
    if (request) propagate(url.href, request);
  }

  /** The handshake that a client is at; one from before observation began is held from now on. */
  function attemptOf(client: Client): Attempt | null {
    const known = attempts.get(client);
    return known === undefined ? start(client, new WsConnection(context.active(), Number.NaN)) : known;
  }

  function fail(client: Client, error?: unknown): void {
    const attempt = attemptOf(client);
    attempts.set(client, null);
    if (!attempt) return;
    const { connection, request } = attempt;
    recorder.record(connection, {
      kind: 'client',
      url: '',
      ...connection.handshake,
      code: 1006,
      reason: '',
      wasClean: false,
      errored: true,
      errorCode: (error as NodeJS.ErrnoException | undefined)?.code,
      httpStatusCode: request?.res?.statusCode,
    });
  }

  /** The app gives the handshake up; the package may say nothing of it, or go on with it unseen. */
  function abort(client: Client, code?: unknown): undefined {
    const attempt = attemptOf(client);
    if (!attempt) return;
    noteCloseStart(attempt.connection, 'local', code as number | undefined);
    fail(client);
  }

  function emitted(client: Client, event: unknown, value: unknown): undefined {
    if (event === 'connectFailed') fail(client, value);
    // With a listener for it the app takes the response over, and the client says no more.
    if (event === 'httpResponse') fail(client);
  }

  return {
    patchClient(prototype) {
      undo.push(
        patchMethod(prototype, 'connect', (original, self, args) => {
          const connection = new WsConnection(context.active());
          const result = original(...args);
          guard('websocket', () => connect(self as Client, connection), undefined);
          return result;
        }),
        patchMethod(prototype, 'succeedHandshake', (original, self, args) => {
          const client = self as Client;
          const connection = guard('websocket', () => attemptOf(client)?.connection, undefined) ?? null;
          attempts.set(client, null);
          if (connection) connection.handshake = { ...connection.handshake, peer: tcpPeerOf(client.socket) };
          return open({ socket: client.socket, connection }, () => original(...args));
        }),
        patchBefore(prototype, 'abort', (self) =>
          (self as Client)._req ? abort(self as Client) : undefined,
        ),
        // No message passes through the `emit` of a client.
        patchInherited(prototype, 'emit', (self, [event, value]) => emitted(self as Client, event, value)),
      );
    },
    patchW3c(prototype) {
      undo.push(
        patchBefore(prototype, 'close', (self, [code]) => {
          const { readyState, _client } = self as W3cSocket;
          return readyState === 0 ? abort(_client, code) : undefined;
        }),
      );
    },
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}
