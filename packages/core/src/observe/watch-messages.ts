import { guard } from '../guard.ts';
import type { CloseFacts } from '../record/close-facts.ts';
import { type Connection, now } from '../record/connection.ts';
import { countStream, type StreamLike } from './count-stream.ts';
import { messageSize } from './message-size.ts';
import { MessageTraffic } from './message-traffic.ts';
import type { SocketObserver } from './observe-socket.ts';
import { OPEN } from './ready-state.ts';
import { isUntrusted } from './socket-events.ts';
import { watchSends } from './watch-sends.ts';
import type { WebSocketLike } from './web-socket-like.ts';

/** Counts the messages of sockets that have the API of a WHATWG `WebSocket`. */
export interface MessageWatch {
  /**
   * Counts the messages of an observed socket from now on. Does nothing if the socket opened while it was observed and
   * not counted: counts are complete or absent.
   */
  watch(socket: WebSocketLike & StreamLike): void;
  /** Adds the counts to the facts of a close. Returns the facts unchanged for a connection that is not counted. */
  addFacts(connection: Connection, facts: Partial<CloseFacts> | undefined): Partial<CloseFacts> | undefined;
  /** Stops counting, and removes all listeners. */
  stop(): void;
}

/** Traffic of one connection, and the function that stops counting it. */
interface Watched {
  readonly traffic: MessageTraffic;
  readonly seesSent: boolean;
  stop(): void;
}

/**
 * Starts to count messages, also of the sockets that are observed already. Each counted socket gets a listener for `message`, and the `send` of the class is patched.
 * No payload is kept.
 * @param observed sockets that are observed
 * @param prototype prototype of the runtime's own class; of other sockets, only received messages are counted
 * @param marksEvents whether the runtime marks its events as trusted; events of scripts are not counted
 */
export function watchMessages(
  observed: SocketObserver['observed'],
  prototype: object | undefined,
  marksEvents = true,
): MessageWatch {
  const bySocket = new WeakMap<object, MessageTraffic>();
  const watched = new Map<Connection, Watched>();
  const readsStamps = stampsEvents();
  const isNative = (socket: object) =>
    prototype !== undefined && Object.prototype.isPrototypeOf.call(prototype, socket);
  const stopSends = watchSends(
    prototype,
    'send',
    (socket) => {
      const traffic = bySocket.get(socket);
      return traffic && (socket as WebSocketLike).readyState === OPEN ? traffic : undefined;
    },
    (traffic, [data]) => traffic.noteSent(messageSize(data) ?? 0),
  );

  function listen(socket: WebSocketLike, traffic: MessageTraffic): () => void {
    const native = isNative(socket);
    const listener = (event: unknown) => {
      if (native && marksEvents && isUntrusted(event)) return;
      const { data, timeStamp } = event as MessageEvent;
      traffic.noteReceived(messageSize(data) ?? 0, readsStamps ? timeStamp : now());
    };
    socket.addEventListener('message', listener);
    return () => socket.removeEventListener('message', listener);
  }

  function watch(socket: WebSocketLike & StreamLike): void {
    const { connection } = observed.get(socket) ?? {};
    // NaN stands for a socket that the app handed over when it was open.
    if (!connection || bySocket.has(socket) || !Number.isNaN(connection.openedAt ?? Number.NaN)) return;
    const traffic = new MessageTraffic();
    bySocket.set(socket, traffic);
    const isStream = countStream(socket, traffic);
    watched.set(connection, {
      traffic,
      seesSent: isStream || (isNative(socket) && stopSends !== undefined),
      stop: isStream ? () => {} : listen(socket, traffic),
    });
  }

  for (const socket of observed.keys()) watch(socket);
  return {
    watch,
    addFacts(connection, facts) {
      const known = watched.get(connection);
      if (!known) return facts;
      watched.delete(connection);
      guard('messages', known.stop);
      if (connection.openedAt === undefined) return facts;
      return {
        ...facts,
        furtherAttributes: {
          ...facts?.furtherAttributes,
          ...known.traffic.attributes(connection, known.seesSent),
        },
      };
    },
    stop() {
      stopSends?.();
      for (const { stop } of watched.values()) guard('messages', stop);
      watched.clear();
    },
  };
}

/**
 * Returns whether the times of events are those of the monotonic clock, as DOM § Event says. To read them takes a fourth
 * of the time that the clock takes in a page. Deno has epoch milliseconds there, and workerd 0.
 */
function stampsEvents(): boolean {
  if (typeof Event !== 'function') return false;
  const { timeStamp } = new Event('message');
  return timeStamp > 0 && Math.abs(timeStamp - now()) < 1000;
}
