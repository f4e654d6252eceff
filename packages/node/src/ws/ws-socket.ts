import type { Duplex, Writable } from 'node:stream';
import type { CloseFacts } from '@closespan/core';
import { PROCESS_EXIT } from '../process-exit.ts';
import type { WsConnection } from './ws-connection.ts';

/** The members of a `ws` socket that are read. */
export interface WsSocket {
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

/** What a `ws` socket shows at its end. */
export function closeFactsOf(socket: WsSocket, { handshake }: WsConnection): CloseFacts {
  const [url, request] = typeof handshake === 'string' ? [handshake] : ['', handshake];
  const { _receiver, _socket, _closeFrameReceived, _closeFrameSent } = socket;
  const error: NodeJS.ErrnoException | null | undefined =
    _receiver?.errored ?? _socket?.errored ?? request?.socket?.errored;
  const wasClean = _closeFrameReceived && _closeFrameSent;
  return {
    kind: socket._isServer ? 'server' : 'client',
    url: socket.url ?? url,
    code: socket._closeCode,
    reason: socket._closeMessage.toString(),
    wasClean,
    // Each Close frame is noted as it comes or goes, but for those from before observation began.
    initiator: wasClean ? 'unknown' : undefined,
    subprotocol: socket.protocol,
    extensions: socket.extensions,
    unsentSize: socket.bufferedAmount,
    errored: Boolean(error),
    errorCode: error?.code,
    httpStatusCode: request?.res?.statusCode,
  };
}

/** What it shows when the process ends before it does. A Close frame that has come says more than that. */
export function exitFactsOf(socket: WsSocket, connection: WsConnection): CloseFacts {
  const facts: CloseFacts = { ...closeFactsOf(socket, connection), synthetic: true };
  return socket._closeFrameReceived ? facts : { ...facts, ...PROCESS_EXIT };
}
