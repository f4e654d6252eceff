import { guard } from '../guard.ts';
import { type CloseFacts, NO_CLOSE_FRAME } from '../record/close-facts.ts';
import { type Connection, noteCloseStart, now, trackConnection } from '../record/connection.ts';
import type { Recorder } from '../recorder.ts';
import { CLOSING, OPEN } from './ready-state.ts';
import type { SocketInfo, WebSocketLike } from './web-socket-like.ts';

/** Observes sockets through their events. */
export interface SocketObserver {
  /** Observes a socket until its end; one that is observed already stays so. */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
  /** Notes that the app called `close(code)`; returns what takes the note back. */
  noteClose(socket: object, code: unknown): (() => void) | undefined;
  /** What is observed now. */
  readonly observed: ReadonlyMap<
    WebSocketLike,
    { readonly connection: Connection; readonly erroredAt: number | undefined }
  >;
  /** Records the end of a socket with facts that no event will bring. */
  recordEnd(socket: WebSocketLike, facts?: Pick<CloseFacts, 'code' | 'cause' | 'initiator'>): void;
  /** Observes nothing more and takes its listeners away. */
  stop(): void;
}

/** What only the platform can know of a close; it is asked within the event. */
export type ReadPlatformFacts = (
  connection: Connection,
  event: CloseEventFacts,
  startTime: number,
) => Partial<CloseFacts> | undefined;

interface ObservedSocket {
  readonly connection: Connection;
  /** Epoch milliseconds: a clock that runs on while the device sleeps. */
  readonly startTime: number;
  readonly info: SocketInfo | undefined;
  /** Whether a `close()` of the app is, and was, noted. */
  readonly hasNotes: boolean;
  /** Monotonic milliseconds. */
  erroredAt: number | undefined;
}

/** What is read of the events; those of a close have all of it. */
interface EventLike {
  readonly type: string;
  readonly target: WebSocketLike;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

type CloseEventFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean' | 'synthetic' | 'cause' | 'initiator'>;

/**
 * Makes an observer; all its sockets share one listener.
 * @param notesClosing whether `closing` is called for a socket; where it is not, nobody knows who closed
 */
export function createSocketObserver(
  recorder: Recorder,
  notesClosing: (socket: WebSocketLike) => boolean,
  platformFacts?: ReadPlatformFacts,
): SocketObserver {
  const observed = new Map<WebSocketLike, ObservedSocket>();

  const listener = (event: unknown) => {
    const { type, target, code, reason, wasClean } = event as EventLike;
    const known = observed.get(target);
    if (!known) return;
    if (type === 'open') known.connection.openedAt ??= now();
    else if (type === 'close') finish(target, { code, reason, wasClean });
    else {
      known.erroredAt = now();
      // `close` follows, in WebKit in a later task. Where a policy or a blocked port forbids the connection, some
      // runtimes never fire it.
      if (known.connection.openedAt === undefined) {
        const timer: { unref?(): void } = setTimeout(recordEnd, 1000, target);
        timer.unref?.();
      }
    }
  };

  function recordEnd(socket: WebSocketLike, facts?: Partial<CloseEventFacts>): void {
    finish(socket, { ...NO_CLOSE_FRAME, synthetic: true, ...facts });
  }

  function finish(socket: WebSocketLike, event: CloseEventFacts): void {
    const known = observed.get(socket);
    if (known) {
      forget(socket);
      guard('observation', () => record(socket, known, event));
    }
  }

  function record(
    socket: WebSocketLike,
    { connection, startTime, info, hasNotes, erroredAt }: ObservedSocket,
    event: CloseEventFacts,
  ): void {
    recorder.record(connection, {
      kind: info?.kind ?? 'client',
      url: info?.url ?? socket.url,
      subprotocol: socket.protocol,
      extensions: socket.extensions,
      unsentSize: socket.bufferedAmount,
      errored: erroredAt !== undefined,
      // Without an event the error was the end.
      closedAt: event.synthetic ? erroredAt : undefined,
      initiator: hasNotes ? undefined : 'unknown',
      ...event,
      ...platformFacts?.(connection, event, startTime),
    });
  }

  function forget(socket: WebSocketLike): void {
    observed.delete(socket);
    for (const type of typesFor(socket)) socket.removeEventListener(type, listener);
  }

  return {
    observe(socket, info) {
      if (observed.has(socket)) return;
      const connection = trackConnection();
      connection.connectionId = info?.connectionId;
      // When it opened is not known.
      if (socket.readyState === OPEN) connection.openedAt = Number.NaN;
      for (const type of typesFor(socket)) socket.addEventListener(type, listener);
      observed.set(socket, {
        connection,
        startTime: Date.now(),
        info,
        hasNotes: socket.readyState !== CLOSING && notesClosing(socket),
        erroredAt: undefined,
      });
      // A page that is about to go can load nothing.
      recorder.prepare();
    },
    noteClose(socket, code) {
      const known = observed.get(socket as WebSocketLike);
      // Once the peer's Close frame has come, or all is over, a call does nothing (WHATWG WebSockets § close).
      return known && (socket as WebSocketLike).readyState < CLOSING
        ? noteCloseStart(known.connection, 'local', code as number | undefined)
        : undefined;
    },
    observed,
    recordEnd,
    stop() {
      for (const socket of observed.keys()) forget(socket);
    },
  };
}

/** An `error` listener on an event emitter would keep an app alive that is meant to crash. */
function typesFor(socket: WebSocketLike): readonly string[] {
  return 'listenerCount' in socket ? ['open', 'close'] : ['open', 'close', 'error'];
}
