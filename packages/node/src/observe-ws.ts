import type { ClientRequest } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import {
  type CloseFacts,
  guard,
  isIgnored,
  now,
  patchBefore,
  type Recorder,
  startClosing,
  type WebSocketOptions,
} from '@closespan/core';
import { context } from '@opentelemetry/api';
import { createPrivateSlot } from './private-slot.ts';
import { WsConnection } from './ws-connection.ts';

/** The members of a `ws` socket that are read. */
interface WsSocket {
  /** `undefined` on a server's socket. */
  readonly url: string | undefined;
  readonly readyState: number;
  readonly protocol: string;
  readonly extensions: string;
  readonly bufferedAmount: number;
  readonly _isServer: boolean;
  readonly _closeCode: number;
  readonly _closeMessage: { toString(): string };
  readonly _closeFrameReceived: boolean;
  readonly _closeFrameSent: boolean;
  readonly _redirects: number;
  readonly _socket: Duplex | null;
  readonly _receiver: Writable | null;
}

/** Observes the sockets of one `ws` class. */
export interface WsObserver {
  /** Patches a class's prototype in place. */
  patch(prototype: object): void;
  /** Whether a socket is observed, or has been. */
  has(socket: object): boolean;
  unpatch(): void;
}

const CONNECTING = 0;
const OPEN = 1;

/**
 * Makes an observer that patches what `ws` itself calls at each step of a connection, and no message path.
 * @param takeAccepted the connection that a server is just accepting
 */
export function createWsObserver(
  recorder: Recorder,
  { ignoreUrls }: WebSocketOptions,
  takeAccepted: () => WsConnection | null | undefined,
): WsObserver {
  /** A socket that is recorded or ignored holds `null`. */
  const connections = createPrivateSlot<WsConnection | null>();
  const undo: (() => void)[] = [];

  function start(socket: WsSocket, request: ClientRequest): void {
    if (connections.get(socket) !== undefined) return;
    if (isIgnored(socket.url ?? '', ignoreUrls)) {
      connections.set(socket, null);
      return;
    }
    const connection = new WsConnection(context.active(), undefined, request);
    connection.key = request.getHeader('sec-websocket-key');
    connections.set(socket, connection);
  }

  function open(socket: WsSocket): undefined {
    let connection = connections.get(socket);
    if (connection === undefined) {
      connection = socket._isServer ? takeAccepted() : undefined;
      if (connection === undefined) connection = new WsConnection(context.active(), Number.NaN);
      connections.set(socket, connection);
    }
    if (connection === null) return;
    connection.openedAt = now();
    if (!socket._isServer) connection.handshake = undefined;
    // Each redirect has a key of its own, and only the first is seen.
    if (socket._redirects > 0) connection.forgetKey();
  }

  function close(socket: WsSocket): undefined {
    let connection = connections.get(socket);
    if (connection === null) return;
    connections.set(socket, null);
    if (connection === undefined) {
      connection = new WsConnection(context.active(), Number.NaN);
      if (socket._socket) connection.openedAt = Number.NaN;
    }
    recorder.record(connection, factsOf(socket, connection));
  }

  return {
    has: (socket) => connections.get(socket) !== undefined,
    patch(prototype) {
      const before = (name: string, run: (socket: WsSocket, code: unknown) => (() => void) | undefined) => {
        undo.push(patchBefore(prototype, name, (socket, [code]) => run(socket as WsSocket, code)));
      };
      undo.push(watchRequest(prototype, start));
      before('setSocket', open);
      before('emitClose', close);
      before('close', (socket, code) => noteClosing(socket, connections.get(socket), code));
      before('terminate', (socket) => noteClosing(socket, connections.get(socket), undefined));
    },
    unpatch() {
      for (const restore of undo.splice(0)) restore();
    },
  };
}

/**
 * Sees the handshake's request at the moment at which `ws` stores it on the socket, before it is sent. The first
 * assignment makes the property that it would have made anyway.
 */
function watchRequest(
  prototype: object,
  assigned: (socket: WsSocket, request: ClientRequest) => void,
): () => void {
  Object.defineProperty(prototype, '_req', {
    configurable: true,
    get: () => undefined,
    set(this: WsSocket, value: ClientRequest | null) {
      Object.defineProperty(this, '_req', { value, writable: true, enumerable: true, configurable: true });
      if (value) guard('ws', () => assigned(this, value), undefined);
    },
  });
  return () => Reflect.deleteProperty(prototype, '_req');
}

/** `ws` calls `close` itself to answer a Close frame, and to report a protocol error. */
function noteClosing(socket: WsSocket, connection: WsConnection | null | undefined, code: unknown) {
  if (!connection || (socket.readyState !== OPEN && socket.readyState !== CONNECTING)) return undefined;
  if (socket._closeFrameReceived) return startClosing(connection, 'remote');
  return startClosing(connection, 'local', code as number | undefined);
}

function factsOf(socket: WsSocket, { handshake }: WsConnection): CloseFacts {
  const [url, request] = typeof handshake === 'string' ? [handshake] : ['', handshake];
  const { _receiver, _socket, _closeFrameReceived, _closeFrameSent } = socket;
  const error: NodeJS.ErrnoException | null | undefined =
    _receiver?.errored ?? _socket?.errored ?? request?.socket?.errored;
  return {
    kind: socket._isServer ? 'server' : 'client',
    url: socket.url ?? url,
    code: socket._closeCode,
    reason: socket._closeMessage.toString(),
    wasClean: _closeFrameReceived && _closeFrameSent,
    subprotocol: socket.protocol,
    extensions: socket.extensions,
    unsentSize: socket.bufferedAmount,
    errored: Boolean(error),
    errorCode: error?.code,
    httpStatusCode: request?.res?.statusCode,
  };
}
