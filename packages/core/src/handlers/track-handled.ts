import { guard } from '../guard.ts';
import { type Connection, now, trackConnection } from '../record/connection.ts';
import { activeContext } from '../registered-api.ts';
import type { GivenInfo } from './given-info.ts';
import type { HandledConnection } from './handled-connection.ts';
import { headerOf, identityOf, requestOf, urlOf } from './handled-socket.ts';
import type { HandlersPlatform, KeptConnection } from './handlers-platform.ts';
import { idOfKey } from './key-id.ts';

/** Connections of handlers, by the objects that stand for them. */
export interface HandledConnections {
  /** Connections that are observed here, also after their record is made. */
  find(socket: object): HandledConnection | undefined;
  /** Returns the connection of a socket, also if another observer records it. */
  connectionOf(socket: object): Connection | undefined;
  /**
   * Returns the connection of a socket of which an event has come, and begins to track it if it is new.
   * @returns `undefined` if the connection is not recorded here
   */
  see(
    socket: object,
    args: readonly unknown[],
    given: GivenInfo,
    isOpening: boolean,
  ): HandledConnection | undefined;
  /** Notes that an upgrade request has come. */
  noteArrival(request: unknown): void;
  /** Returns whether the record of a connection is still to be made. */
  isOpen(handled: HandledConnection): boolean;
  /** Notes the end of a connection. @returns `false` if the end was noted before */
  end(handled: HandledConnection): boolean;
  /** Connections that are open, by the library's own object. Empty if the platform wants no list. */
  readonly open: ReadonlyMap<object, HandledConnection>;
}

/**
 * Makes a list of the connections of handlers.
 * @param began called with each connection that is tracked
 */
export function trackHandled(
  platform: HandlersPlatform,
  began: (handled: HandledConnection) => void,
): HandledConnections {
  const handledBy = new WeakMap<object, HandledConnection>();
  /** Connections that another observer records. `null` for those without a record. */
  const others = new WeakMap<object, Connection | null>();
  const ended = new WeakSet<HandledConnection>();
  const arrivals = new WeakMap<object, number>();
  const open = new Map<object, HandledConnection>();

  function begin(
    socket: object,
    args: readonly unknown[],
    given: GivenInfo,
    isOpening: boolean,
  ): HandledConnection | undefined {
    const identity = identityOf(socket);
    // The app may have getters that throw.
    const request = guard('observeHandlers', () => requestOf(socket, args));
    const info = guard('observeHandlers', () => given.infoOf(socket));
    const url = guard('observeHandlers', () => urlOf(info?.url, socket, request), '');
    if (platform.isIgnored(url)) return forOthers(null);
    const details = {
      kind: info?.kind === 'client' ? ('client' as const) : ('server' as const),
      url,
      ...platform.detailsOf?.(socket, request, url),
    };
    const connection = trackConnection(
      (request && platform.contextOf?.(request)) ?? activeContext(),
      (request && arrivals.get(request)) ?? Number.NaN,
    );
    const id = info?.connectionId ?? (request && idOfKey(headerOf(request, 'sec-websocket-key')));
    if (id) connection.connectionId = id;
    const adopted = platform.adopt?.([identity, socket], { ...details, connectionId: id }, isOpening);
    if (adopted) return forOthers(adopted);
    connection.openedAt = isOpening ? now() : Number.NaN;
    const kept = { connection, details };
    if (isOpening) platform.keep?.(identity, kept);
    return remember(socket, kept, {
      traffic: isOpening ? platform.createTraffic?.() : undefined,
      idleTimeout: given.idleTimeout,
      seesCalls: isOpening,
    });

    function forOthers(other: Connection | null): undefined {
      others.set(identity, other);
    }
  }

  function remember(
    socket: object,
    kept: KeptConnection,
    more: Pick<HandledConnection, 'traffic' | 'idleTimeout' | 'seesCalls'>,
  ): HandledConnection {
    const identity = identityOf(socket);
    platform.began?.();
    const handled = {
      ...kept,
      ...more,
      socket,
      seesSent: false,
      ownCalls: 0,
      isDropped: false,
      errorFacts: undefined,
    };
    handledBy.set(identity, handled);
    if (platform.listsOpen) open.set(identity, handled);
    began(handled);
    return handled;
  }

  /** Returns the connection of a socket that is not new, and what is kept of one that opened before this code ran. */
  function known(socket: object): HandledConnection | undefined {
    const own = handledBy.get(socket);
    if (own) return own;
    const identity = identityOf(socket);
    const handled = handledBy.get(identity);
    if (handled || others.has(identity)) return handled;
    const kept = platform.restore?.(identity);
    return kept && remember(socket, kept, { traffic: undefined, idleTimeout: undefined, seesCalls: true });
  }

  return {
    // Most sockets are their own identity. To look for another takes longer than a message may.
    find: (socket) => handledBy.get(socket) ?? handledBy.get(identityOf(socket)),
    connectionOf(socket) {
      // An app may ask for anything.
      if (Object(socket) !== socket) return undefined;
      return known(socket)?.connection ?? others.get(identityOf(socket)) ?? undefined;
    },
    see: (socket, args, given, isOpening) =>
      known(socket) ?? (others.has(identityOf(socket)) ? undefined : begin(socket, args, given, isOpening)),
    noteArrival(request) {
      if (typeof request === 'object' && request) arrivals.set(request, now());
    },
    isOpen: (handled) => !ended.has(handled),
    end(handled) {
      if (ended.has(handled)) return false;
      ended.add(handled);
      open.delete(identityOf(handled.socket));
      return true;
    },
    open,
  };
}
