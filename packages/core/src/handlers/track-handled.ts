import { guard } from '../guard.ts';
import { type Connection, now, trackConnection } from '../record/connection.ts';
import { activeContext } from '../registered-api.ts';
import type { GivenInfo } from './given-info.ts';
import type { HandledConnection } from './handled-connection.ts';
import { headerOf, identityOf, requestOf, urlOf } from './handled-socket.ts';
import type { HandlersPlatform } from './handlers-platform.ts';
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
    const kept = (!isOpening && platform.restore?.(identity)) || { connection, details };
    if (isOpening) platform.keep?.(identity, kept);
    platform.began?.();
    const handled: HandledConnection = {
      ...kept,
      socket,
      traffic: isOpening ? platform.createTraffic?.() : undefined,
      idleTimeout: given.idleTimeout,
      ownCalls: 0,
      isDropped: false,
      errorFacts: undefined,
    };
    handledBy.set(identity, handled);
    if (platform.listsOpen) open.set(identity, handled);
    began(handled);
    return handled;

    function forOthers(other: Connection | null): undefined {
      others.set(identity, other);
    }
  }

  return {
    find: (socket) => handledBy.get(identityOf(socket)),
    connectionOf(socket) {
      const identity = identityOf(socket);
      const known = handledBy.get(identity)?.connection ?? others.get(identity) ?? undefined;
      return known ?? platform.restore?.(identity)?.connection;
    },
    see(socket, args, given, isOpening) {
      const identity = identityOf(socket);
      const known = handledBy.get(identity);
      return known || others.has(identity) ? known : begin(socket, args, given, isOpening);
    },
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
