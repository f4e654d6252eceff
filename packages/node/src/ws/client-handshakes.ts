import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Peer } from '@closespan/core';
import { guard } from '@closespan/core/platform';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import type { WsSocket } from './ws-socket.ts';

/** A client's handshake that is not over. */
export interface Handshake {
  /** After redirects the last one. */
  request: ClientRequest & { res?: IncomingMessage | null };
  /** What the request failed with. */
  error: NodeJS.ErrnoException | undefined;
  /** Known once the server answered, or was not reached. */
  peer: Peer | undefined;
}

/** Watches the handshakes of `ws` clients through what Node tells of their requests. */
export interface HandshakeWatch {
  /** Called for each request of a handshake: a redirect makes one more. */
  start(socket: WsSocket, request: ClientRequest): Handshake;
  /** The socket opened or is recorded; nothing is held any more. */
  finish(socket: WsSocket): void;
  stop(): void;
}

/** What is called back. */
interface HandshakeEvents {
  /** `ws` follows a redirect with a request that was not seen. */
  redirected(socket: WsSocket, request: ClientRequest): void;
  /** It failed, and `ws` may never emit `close`. */
  abandoned(socket: WsSocket): void;
}

interface RequestMessage {
  readonly request: ClientRequest;
  readonly error: NodeJS.ErrnoException & Partial<Peer>;
}

const CONNECTING = 0;
const CLOSING = 2;

/** Makes a watch; it listens from the first handshake on. */
export function watchHandshakes({ redirected, abandoned }: HandshakeEvents): HandshakeWatch {
  const sockets = createPrivateSlot<WsSocket>();
  const handshakes = new Map<WsSocket, Handshake>();
  let stopListening: (() => void) | undefined;

  function failed({ request, error }: RequestMessage): void {
    const socket = sockets.get(request);
    // A request that `ws` itself aborts fails, too, and that says nothing.
    if (socket?.readyState !== CONNECTING) return;
    const handshake = handshakes.get(socket);
    if (!handshake) return;
    handshake.error = error;
    const { address, port } = error;
    if (address !== undefined && port !== undefined) handshake.peer = { address, port };
  }

  function responded({ request }: RequestMessage): void {
    const socket = sockets.get(request);
    const handshake = socket && handshakes.get(socket);
    if (!handshake) return;
    handshake.peer = tcpPeerOf(request.socket);
    // By then `ws`, or the app's `unexpected-response` listener, has decided what becomes of it.
    process.nextTick(() => guard('ws', () => afterResponse(socket, request), undefined));
  }

  function afterResponse(socket: WsSocket, answered: ClientRequest): void {
    const handshake = handshakes.get(socket);
    if (handshake?.request !== answered) return;
    const { _req: request } = socket;
    if (request && request !== answered) redirected(socket, request);
    else if (socket.readyState === CONNECTING) abandoned(socket);
  }

  /** An `error` event that throws keeps `ws` from emitting `close` after it. */
  function onUncaught(): void {
    // After an exception Node may run immediates before the ticks in which `ws` is about to emit.
    setImmediate(() => process.nextTick(() => guard('ws', recordAbandoned, undefined)));
  }

  function recordAbandoned(): void {
    for (const [socket, { request }] of handshakes) {
      // Where an upgrade was not valid the TCP socket still closes, and `close` comes with it.
      if (socket.readyState === CLOSING && request.res?.statusCode !== 101) abandoned(socket);
    }
  }

  function listen(): () => void {
    const stop = listenToChannels({
      'http.client.request.error': failed,
      'http.client.response.finish': responded,
    });
    process.on('uncaughtExceptionMonitor', onUncaught);
    return () => {
      stop();
      process.off('uncaughtExceptionMonitor', onUncaught);
    };
  }

  return {
    start(socket, request) {
      stopListening ??= listen();
      const handshake: Handshake = { request, error: undefined, peer: undefined };
      handshakes.set(socket, handshake);
      sockets.set(request, socket);
      return handshake;
    },
    finish: (socket) => handshakes.delete(socket),
    stop: () => stopListening?.(),
  };
}
