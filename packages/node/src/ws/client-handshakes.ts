import type { ClientRequest } from 'node:http';
import type { Peer } from '@closespan/core';
import { CLOSING, CONNECTING, guard } from '@closespan/core/platform';
import type { Handshake } from '../connection/handshake.ts';
import { plainAddress } from '../connection/plain-address.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import { watchHandshakePhases } from '../connection/unsent-bytes.ts';
import { inNextTurn } from '../pipeline/timers-at-load.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { addProcessListener, removeProcessListener } from '../runtime/process-listeners.ts';
import type { WsSocket } from './ws-socket.ts';

/** Follows the handshakes of `ws` clients through the diagnostics channels of Node's HTTP client. */
export interface ClientHandshakes {
  /** Notes a request of a client's handshake. Each redirect makes one more request. */
  noteRequest(socket: WsSocket, request: ClientRequest): Handshake;
  /** Forgets a socket that has opened, or that has its record. */
  forget(socket: WsSocket): void;
  stop(): void;
}

interface HandshakeEvents {
  /** Called when `ws` follows a redirect with a new request that was not noted. */
  redirected(socket: WsSocket, request: ClientRequest): void;
  /** Called when a handshake has failed and `ws` may never emit `close`. */
  abandoned(socket: WsSocket): void;
}

/** A message of Node's diagnostics channels `http.client.*`. */
interface ClientRequestMessage {
  readonly request: ClientRequest;
  readonly error: NodeJS.ErrnoException & Partial<Peer>;
}

/** Makes an object that follows the handshakes of `ws` clients. The object listens from the first handshake on. */
export function createClientHandshakes({ redirected, abandoned }: HandshakeEvents): ClientHandshakes {
  const sockets = createPrivateSlot<WsSocket>();
  const handshakes = new Map<WsSocket, Handshake>();
  let stopListening: (() => void) | undefined;

  function noteFailure({ request, error }: ClientRequestMessage): void {
    const socket = sockets.get(request);
    // A request that `ws` itself aborts fails, too, and its error explains nothing.
    if (socket?.readyState !== CONNECTING) return;
    const handshake = handshakes.get(socket);
    if (!handshake) return;
    handshake.error = error;
    const { address, port } = error;
    if (address !== undefined && port !== undefined)
      handshake.peer = { address: plainAddress(address), port };
  }

  function noteResponse({ request }: ClientRequestMessage): void {
    const socket = sockets.get(request);
    const handshake = socket && handshakes.get(socket);
    if (!handshake) return;
    handshake.peer = tcpPeerOf(request.socket);
    // In the next tick `ws`, or the app's `unexpected-response` listener, has decided how the handshake goes on.
    process.nextTick(() => guard('ws', () => afterResponse(socket, request), undefined));
  }

  function afterResponse(socket: WsSocket, responded: ClientRequest): void {
    const handshake = handshakes.get(socket);
    if (handshake?.request !== responded) return;
    const { _req: request } = socket;
    if (request && request !== responded) redirected(socket, request);
    else if (socket.readyState === CONNECTING) abandoned(socket);
  }

  /**
   * Looks for failed handshakes after an uncaught exception. If an `error` listener of the app throws, `ws` does not
   * emit `close`.
   */
  function noteUncaught(): void {
    // After an exception Node may run immediates before the ticks in which `ws` is about to emit.
    inNextTurn('ws', () => process.nextTick(() => guard('ws', findAbandoned, undefined)));
  }

  function findAbandoned(): void {
    for (const [socket, { request }] of handshakes) {
      // After an invalid 101 the TCP socket still closes, and `ws` emits `close` then.
      if (socket.readyState === CLOSING && request.res?.statusCode !== 101) abandoned(socket);
    }
  }

  function listen(): () => void {
    const stopChannels = listenToChannels({
      'http.client.request.error': noteFailure,
      'http.client.response.finish': noteResponse,
    });
    addProcessListener('uncaughtExceptionMonitor', noteUncaught);
    return () => {
      stopChannels();
      removeProcessListener('uncaughtExceptionMonitor', noteUncaught);
    };
  }

  return {
    noteRequest(socket, request) {
      stopListening ??= listen();
      watchHandshakePhases();
      const handshake: Handshake = { request, error: undefined, peer: undefined };
      handshakes.set(socket, handshake);
      sockets.set(request, socket);
      return handshake;
    },
    forget: (socket) => void handshakes.delete(socket),
    stop: () => stopListening?.(),
  };
}
