import { patchBefore, stopAll } from '@closespan/core/platform';
import type { LibraryTools } from '../library-observer.ts';
import type { SeeModule } from '../runtime/watch-modules.ts';
import { findEngineClasses } from './engine-classes.ts';
import { engineReason, PING_TIMEOUT, SHUTTING_DOWN, TRANSPORT_CLOSE } from './engine-reasons.ts';
import { findLoadedClient } from './loaded-client.ts';

/** Members of a socket of engine.io or engine.io-client that closespan reads. */
interface EngineSocket {
  readonly transport?: EngineTransport;
  /** Version of the protocol: on servers 3 or 4. */
  readonly protocol?: unknown;
  readonly readyState?: unknown;
}

/** A transport of engine.io. Only the transport `websocket` has a WebSocket: `socket` on servers, `ws` on clients. */
interface EngineTransport {
  readonly name?: unknown;
  readonly socket?: unknown;
  readonly ws?: unknown;
}

/** A socket of a Socket.IO server. */
interface IoSocket {
  readonly conn?: EngineSocket;
}

/** Words of engine.io for a WebSocket that has closed. The library says them just after the record is made. */
const LOST = { reason: TRANSPORT_CLOSE };

/** Observes why engine.io and Socket.IO end connections. The sockets are those of other libraries, such as `ws`. */
export interface EngineIoObserver {
  /** Looks for the classes of engine.io, engine.io-client and Socket.IO in a CommonJS module. */
  readonly seeModule: SeeModule;
  /** Notes that a client's socket is being made. Call this function within the call that makes the socket. */
  noteClient(socket: object, url: string): void;
  stop(): void;
}

/** Notes why engine.io, engine.io-client and Socket.IO end their connections. */
export function observeEngineIo({ libraryEnds }: Pick<LibraryTools, 'libraryEnds'>): EngineIoObserver {
  const prototypes = new Set<object>();
  const stops: ((() => void) | undefined)[] = [];

  function noteEnd({ transport, protocol }: EngineSocket, text: unknown): void {
    const socket = webSocketOf(transport);
    if (!socket) return;
    const reason = engineReason(text);
    const isTimeout = reason === PING_TIMEOUT;
    // In version 4 of the protocol the server sends pings, one at a time.
    const unanswered = isTimeout && protocol === 4 && transport?.socket === socket ? 1 : undefined;
    libraryEnds.note(socket, { reason, unanswered }, isTimeout);
  }

  function engine(prototype: object, onClose: string): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    stops.push(
      patchBefore(prototype, 'setTransport', (_self, [transport]) => {
        const socket = webSocketOf(transport as EngineTransport);
        if (socket) libraryEnds.noteUse(socket, LOST);
        return undefined;
      }),
      patchBefore(prototype, onClose, (self, [reason]) => {
        const socket = self as EngineSocket;
        if (socket.readyState !== 'closed') noteEnd(socket, reason);
        return undefined;
      }),
    );
  }

  function socketIo(prototype: object, onClose: string): void {
    if (prototypes.has(prototype)) return;
    prototypes.add(prototype);
    stops.push(
      patchBefore(prototype, onClose, (self, [reason]) => {
        const { conn } = self as IoSocket;
        // Other reasons are those of engine.io, or are about one namespace of several.
        if (reason === SHUTTING_DOWN && conn) noteEnd(conn, reason);
        return undefined;
      }),
    );
  }

  const see = (exported: unknown) => findEngineClasses(exported, { engine, socketIo });
  const isEngineClient = findLoadedClient(see);
  return {
    // The socket under it is one of `ws`, or of the global class.
    seeModule: see,
    noteClient(socket, url) {
      if (isEngineClient(url)) libraryEnds.noteUse(socket, LOST);
    },
    stop: () => stopAll(stops),
  };
}

/** Returns the WebSocket of a transport; `undefined` for other transports, such as long polling. */
function webSocketOf(transport: EngineTransport | undefined): object | undefined {
  if (transport?.name !== 'websocket') return undefined;
  const socket = transport.ws ?? transport.socket;
  return typeof socket === 'object' && socket ? socket : undefined;
}
