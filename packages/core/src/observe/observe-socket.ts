import { guard } from '../guard.ts';
import { type CloseFacts, NO_CLOSE_FRAME } from '../record/close-facts.ts';
import { type Connection, noteCloseStart, now, trackConnection } from '../record/connection.ts';
import type { Recorder } from '../recorder.ts';
import { convertOnce } from './convert-once.ts';
import { CLOSING, OPEN } from './ready-state.ts';
import { eventTypesFor, isUntrusted, type SocketEvent } from './socket-events.ts';
import type { SocketInfo, WebSocketLike } from './web-socket-like.ts';

/** Observes sockets through their events, and records the end of each socket. */
export interface SocketObserver {
  /** Observes a socket until its end. Does nothing if the socket is already observed. */
  observe(socket: WebSocketLike, info?: ObservedInfo): void;
  /** Returns the connection of a socket or stream of the app, also after its end. */
  connectionOf(socket: object): Connection | undefined;
  /**
   * Notes that the app is calling `close(code, reason)`. Returns a function that removes the note, or `undefined` if nothing
   * was noted.
   * @param args arguments of the call. An object in the place of the code is replaced, so that the runtime converts it
   * once, and the note gets the result
   * @param reason reason to note. @defaultValue the second argument
   */
  noteClose(socket: object, args: unknown[], reason?: unknown): (() => void) | undefined;
  /**
   * Sockets that are observed and have not ended. `erroredAt` is the time of the last `error` event, in monotonic
   * milliseconds. `erroredAt` is absent if there was no error. `info` holds the facts that the caller of `observe`
   * passed.
   */
  readonly observed: ReadonlyMap<
    WebSocketLike,
    {
      readonly connection: Connection;
      readonly info: SocketInfo | undefined;
      readonly erroredAt?: number;
    }
  >;
  /**
   * Records the end of a socket that fires no `close` event.
   * @param facts facts that replace the default: an end without a Close frame, with code 1006
   */
  recordEnd(socket: WebSocketLike, facts?: Pick<CloseFacts, 'code' | 'cause' | 'initiator'>): void;
  /** Stops observation and removes all listeners. */
  stop(): void;
}

/**
 * Reads facts about a close that only the platform knows. Called when an observed socket ends.
 * @param startTime time at which observation of the socket began, in epoch milliseconds
 * @returns facts that replace those of the `close` event, or `undefined` for none
 */
export type ReadPlatformFacts = (
  connection: Connection,
  event: CloseEventFacts,
  startTime: number,
) => Partial<CloseFacts> | undefined;

/** Facts about a socket that the caller of `observe` knows. */
interface ObservedInfo extends SocketInfo {
  /** Object that the app has instead of the socket, such as a stream. @defaultValue the app has the socket */
  readonly owner?: object;
}

/** State that the observer keeps for one observed socket. */
interface ObservedSocket {
  readonly connection: Connection;
  /**
   * Time at which observation of the socket began, in epoch milliseconds. The clock continues while the device sleeps.
   */
  readonly startTime: number;
  /** Facts about the socket that the caller of `observe` passed. `undefined` if none were passed. */
  readonly info: ObservedInfo | undefined;
  /** URL of the socket when observation began. A subclass of the app may then put a field `url` of its own before it. */
  readonly url: string;
  /** Whether the runtime fires the socket's events. If so, events from scripts are ignored. */
  readonly isNative: boolean;
  /** Whether each `close()` of the app is noted, so that the record can say who closed first. */
  readonly hasNotes: boolean;
  /** Time of the last `error` event, in monotonic milliseconds. Absent if there was no `error` event. */
  erroredAt?: number;
}

/** Facts that a `close` event contains, or facts that replace a missing `close` event. */
type CloseEventFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean' | 'synthetic' | 'cause' | 'initiator'>;

/**
 * Makes an observer of sockets. All observed sockets share one listener.
 * @param isNative returns whether the runtime fires the events of a socket; if so, events from scripts are ignored
 * @param seesCalls returns whether `noteClose` will be called for each `close()` of a native socket; if not, the record
 * cannot say who closed first
 * @param isMadeUp returns whether an event comes from a script
 */
export function createSocketObserver(
  recorder: Recorder,
  isNative: (socket: WebSocketLike) => boolean,
  seesCalls: () => boolean,
  platformFacts?: ReadPlatformFacts,
  isMadeUp: (event: unknown) => boolean = isUntrusted,
): SocketObserver {
  const observed = new Map<WebSocketLike, ObservedSocket>();
  const connections = new WeakMap<object, Connection>();

  const listener = (event: unknown) => {
    const { type, target } = event as SocketEvent;
    const known = observed.get(target);
    if (!known || (known.isNative && isMadeUp(event))) return;
    if (type === 'open') noteOpen(target, known);
    else if (type === 'close') {
      // Read last: an event of a script may have getters that throw.
      const { code, reason, wasClean } = event as SocketEvent;
      finish(target, { code, reason, wasClean });
    } else {
      known.erroredAt = now();
      // `close` follows, in WebKit in a later task. Some runtimes never fire `close` where a policy or a blocked port
      // forbids the connection.
      if (known.connection.openedAt === undefined) {
        const timer: { unref?(): void } | undefined = globalThis.setTimeout?.(recordEnd, 1000, target);
        timer?.unref?.();
      }
    }
  };

  function noteOpen(socket: WebSocketLike, { connection, info, url }: ObservedSocket): void {
    if (connection.openedAt !== undefined) return;
    connection.openedAt = now();
    if (info?.kind !== 'server') recorder.opened(connection, info?.url ?? socket.url ?? url);
  }

  function recordEnd(socket: WebSocketLike, facts?: Partial<CloseEventFacts>): void {
    finish(socket, { ...NO_CLOSE_FRAME, synthetic: true, ...facts });
  }

  function finish(socket: WebSocketLike, event: CloseEventFacts): void {
    const known = observed.get(socket);
    if (!known) return;
    const { connection, startTime, info, url, hasNotes, erroredAt } = known;
    guard('observation', () => {
      recorder.record(
        connection,
        {
          kind: info?.kind ?? 'client',
          url: info?.url ?? socket.url ?? url,
          subprotocol: socket.protocol,
          extensions: socket.extensions,
          unsentSize: socket.bufferedAmount,
          errored: erroredAt !== undefined,
          // Without a `close` event the error was the end.
          closedAt: event.synthetic ? erroredAt : undefined,
          initiator: hasNotes ? undefined : 'unknown',
          ...event,
          ...guard('platform', () => platformFacts?.(connection, event, startTime)),
        },
        info?.owner ?? socket,
      );
      // Last: a subclass of the app may override what removes listeners.
      forget(socket);
    });
  }

  function forget(socket: WebSocketLike): void {
    observed.delete(socket);
    for (const type of eventTypesFor(socket)) socket.removeEventListener(type, listener);
  }

  return {
    observe(socket, info) {
      if (observed.has(socket)) return;
      const connection = trackConnection();
      if (info?.connectionId) connection.connectionId = info.connectionId;
      connections.set(info?.owner ?? socket, connection);
      // The socket opened before observation began.
      if (socket.readyState === OPEN) connection.openedAt = Number.NaN;
      for (const type of eventTypesFor(socket)) socket.addEventListener(type, listener);
      observed.set(socket, {
        connection,
        startTime: Date.now(),
        info,
        url: socket.url,
        isNative: isNative(socket),
        hasNotes: socket.readyState !== CLOSING && isNative(socket) && seesCalls(),
      });
      // A page that is about to go can load nothing.
      recorder.prepare();
    },
    connectionOf: (socket) => connections.get(socket),
    noteClose(socket, args, reason = args[1]) {
      const known = observed.get(socket as WebSocketLike);
      // Once the peer's Close frame has come, or all is over, a call does nothing (WHATWG WebSockets § close).
      if (!known || (socket as WebSocketLike).readyState >= CLOSING) return undefined;
      // Only the runtime may run the app's code that makes a number of an object, and only once.
      const [code] = args;
      if (typeof code === 'object') args[0] = convertOnce(() => +(code as unknown as number));
      return noteCloseStart(known.connection, 'local', args[0], reason as string | undefined);
    },
    observed,
    recordEnd,
    stop() {
      for (const socket of observed.keys()) forget(socket);
    },
  };
}
