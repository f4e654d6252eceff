import { guard } from '../guard.ts';
import type { CloseFacts } from '../record/closed-connection.ts';
import { type Connection, now, startClosing, startConnection } from '../record/connection.ts';
import type { Recorder } from '../telemetry/recorder.ts';

/** The members of a WHATWG `WebSocket` that are read. Browser, undici and `ws` sockets have them. */
export interface WebSocketLike {
  readonly url: string;
  readonly readyState: number;
  readonly protocol: string;
  readonly extensions: string;
  readonly bufferedAmount: number;
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** What a socket cannot say of itself. */
export interface SocketInfo {
  /** Where the connection goes. @defaultValue `socket.url` */
  readonly url?: string;
  /** Which end this is. @defaultValue `client` */
  readonly kind?: 'client' | 'server';
  /** An id that the other end knows, too: 16 hexadecimal digits. @defaultValue one that nobody else has */
  readonly connectionId?: string;
}

/** What an `error` event tells. */
export type ErrorEvidence = Pick<CloseFacts, 'errored' | 'errorCode' | 'httpStatusCode' | 'cause'>;

/** Observes sockets through their events. */
export interface SocketObserver {
  /** Observes a socket until its end; one that is observed already stays so. */
  observe(socket: WebSocketLike, info?: SocketInfo): void;
  /** Notes that the app called `close(code)`; returns what takes the note back. */
  closing(socket: object, code: unknown): (() => void) | undefined;
  /** Records every socket that is open or opening now, with facts that no event will bring. */
  closeAll(facts: Pick<CloseFacts, 'code' | 'cause' | 'initiator'>): void;
  /** Observes nothing more and takes its listeners away. */
  stop(): void;
}

interface Observed {
  readonly connection: Connection;
  readonly info: SocketInfo | undefined;
  /** Whether a `close()` of the app is, and was, noted. */
  readonly hasNotes: boolean;
  evidence: ErrorEvidence | undefined;
}
/** What is read of the events; all of them have a target. */
interface CloseEventLike {
  readonly target: WebSocketLike;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

type CloseEventFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean' | 'synthetic' | 'cause' | 'initiator'>;

const OPEN = 1;
const CLOSED = 3;

/**
 * Makes an observer; all its sockets share three listeners.
 * @param notesClosing whether `closing` is called for a socket; where it is not, nobody knows who closed
 * @param evidenceOf reads an `error` event where the runtime tells more than that there was one
 */
export function createSocketObserver(
  recorder: Recorder,
  notesClosing: (socket: WebSocketLike) => boolean,
  evidenceOf?: (event: unknown) => ErrorEvidence,
): SocketObserver {
  const open = new Map<WebSocketLike, Observed>();

  const onOpen = (event: unknown) => {
    const { target } = event as CloseEventLike;
    const observed = open.get(target);
    if (!observed) return;
    observed.connection.openedAt ??= now();
    recorder.prepare();
  };
  const onError = (event: unknown) => {
    const { target } = event as CloseEventLike;
    const observed = open.get(target);
    if (!observed) return;
    observed.evidence = evidenceOf?.(event) ?? { errored: true };
    if (target.readyState !== CLOSED) return;
    // `close` follows `error` in the same task. Chromium never fires it where a policy blocks the connection, nor
    // workerd after a protocol error.
    setTimeout(() => finish(target, { code: 1006, reason: '', wasClean: false, synthetic: true }), 0);
  };
  const onClose = (event: unknown) => {
    const { target, code, reason, wasClean } = event as CloseEventLike;
    finish(target, { code, reason, wasClean });
  };
  const listeners: readonly (readonly [type: string, listener: (event: unknown) => void])[] = [
    ['open', onOpen],
    ['close', onClose],
    ['error', onError],
  ];

  /** An `error` listener on an event emitter would keep an app alive that is meant to crash. */
  function listenersFor(socket: WebSocketLike) {
    return 'listenerCount' in socket ? listeners.slice(0, 2) : listeners;
  }

  function finish(socket: WebSocketLike, event: CloseEventFacts): void {
    const observed = open.get(socket);
    if (!observed) return;
    forget(socket);
    guard('observation', () => record(socket, observed, event), undefined);
  }

  function record(
    socket: WebSocketLike,
    { connection, info, hasNotes, evidence }: Observed,
    event: CloseEventFacts,
  ): void {
    const { protocol: subprotocol, extensions, bufferedAmount: unsentSize } = socket;
    const { kind = 'client', url = socket.url } = info ?? {};
    const initiator = hasNotes ? undefined : 'unknown';
    const facts = { kind, url, subprotocol, extensions, unsentSize, initiator } as const;
    recorder.record(connection, { ...facts, ...evidence, ...event });
  }

  function forget(socket: WebSocketLike): void {
    open.delete(socket);
    for (const [type, listener] of listenersFor(socket)) socket.removeEventListener(type, listener);
  }

  return {
    observe(socket, info) {
      if (open.has(socket)) return;
      const connection = startConnection();
      connection.connectionId = info?.connectionId;
      // When it opened is not known.
      if (socket.readyState === OPEN) connection.openedAt = Number.NaN;
      const hasNotes = socket.readyState <= OPEN && notesClosing(socket);
      open.set(socket, { connection, info, hasNotes, evidence: undefined });
      for (const [type, listener] of listenersFor(socket)) socket.addEventListener(type, listener);
    },
    closing(socket, code) {
      const observed = open.get(socket as WebSocketLike);
      return observed && startClosing(observed.connection, 'local', code as number | undefined);
    },
    closeAll(facts) {
      for (const socket of open.keys())
        finish(socket, { reason: '', wasClean: false, synthetic: true, ...facts });
    },
    stop() {
      for (const socket of open.keys()) forget(socket);
    },
  };
}
