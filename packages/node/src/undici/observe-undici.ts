import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type CloseFacts,
  type Closing,
  guard,
  isIgnored,
  type Recorder,
  startConnection,
  type WebSocketLike,
  type WebSocketOptions,
} from '@closespan/core';
import { createCloseCalls } from './undici-close-calls.ts';
import { createHandshakes, type Handshake } from './undici-handshakes.ts';
import { type UndiciRequest, urlOf } from './undici-request.ts';

/** Observes the global `WebSocket` of Node and that of the `undici` package. */
export interface UndiciObserver {
  /** Whether a socket is observed. */
  has(socket: object): boolean;
  /** Records the failed handshakes whose `close` event is still waited for. */
  settle(): void;
  stop(): void;
}

/** What the channels of a request publish, each a part of it. */
interface RequestMessage {
  readonly request: UndiciRequest;
  readonly socket: Handshake['socket'];
  readonly response: { readonly statusCode: number };
  readonly error: unknown;
}

interface OpenMessage {
  /** Of the local end. */
  readonly address: { readonly port: number };
  /** Not from undici 6. */
  readonly websocket?: WebSocketLike;
}

interface CloseMessage {
  readonly websocket: WebSocketLike;
  readonly code: number;
  readonly reason: string;
}

/**
 * Observes through diagnostics channels: undici gives each listener after the first a `currentTarget` of null, so one
 * of ours would be seen by the app.
 * @param isObserved whether a socket is observed through its events all the same
 */
export function observeUndici(
  recorder: Recorder,
  { ignoreUrls }: WebSocketOptions,
  isObserved: (socket: object) => boolean,
): UndiciObserver {
  const handshakes = createHandshakes((handshake) =>
    record(handshake, undefined, { ...SYNTHETIC, closedAt: handshake.failedAt }),
  );
  const closeCalls = createCloseCalls(handshakes.abort);

  const channels: Record<string, (message: never) => void> = {
    'undici:request:create': ({ request }: RequestMessage) => {
      if (request.upgrade !== 'websocket') return;
      if (isIgnored(urlOf(request), ignoreUrls)) return;
      handshakes.create(request);
      closeCalls.watch(loadedGlobalPrototype());
    },
    'undici:client:sendHeaders': ({ request, socket }: RequestMessage) => handshakes.send(request, socket),
    'undici:request:headers': ({ request, response }: RequestMessage) =>
      handshakes.respond(request, response.statusCode),
    'undici:request:error': ({ request, error }: RequestMessage) => handshakes.fail(request, error),
    'undici:websocket:open': ({ address, websocket }: OpenMessage) => {
      handshakes.open(address.port, websocket);
      if (websocket) closeCalls.watch(Object.getPrototypeOf(websocket));
    },
    'undici:websocket:close': ({ websocket, code, reason }: CloseMessage) => {
      const closing = closeCalls.of(websocket);
      const handshake = handshakes.of(websocket);
      // undici answers each Close frame at once, and has no code of its own but 1006.
      const event = { code, reason, wasClean: code !== 1006 };
      if (handshake) {
        handshake.connection.closing ??= closing;
        record(handshake, websocket, event);
      } else if (code === 1006) {
        const unopened = handshakes.takeUnopened(websocket.url, closing);
        if (unopened) record(unopened, websocket, event);
      } else if (!isIgnored(websocket.url, ignoreUrls) && !isObserved(websocket)) {
        recordEarly(websocket, event, closing);
      }
    },
  };
  const subscribed = Object.entries(channels).map(([name, listener]) => {
    const guarded = (message: unknown) => guard(name, () => listener(message as never), undefined);
    subscribe(name, guarded);
    return () => unsubscribe(name, guarded);
  });

  function record(handshake: Handshake, websocket: WebSocketLike | undefined, event: CloseEventFacts): void {
    if (!handshakes.finish(handshake)) return;
    const { connection, url, statusCode, socket, error } = handshake;
    const errorCode = codeOf(socket?.errored) ?? codeOf(error);
    recorder.record(connection, {
      kind: 'client',
      url,
      ...(websocket && stateOf(websocket)),
      errored: error !== undefined || errorCode !== undefined,
      errorCode,
      httpStatusCode: statusCode,
      ...event,
    });
  }

  /** Records the end of a socket that was open before observation began. */
  function recordEarly(websocket: WebSocketLike, event: CloseEventFacts, closing: Closing | undefined): void {
    const connection = startConnection(undefined, Number.NaN);
    connection.openedAt = Number.NaN;
    connection.closing = closing;
    const { url } = websocket;
    // A `close()` from before the patch was not seen.
    recorder.record(connection, {
      kind: 'client',
      url,
      initiator: 'unknown',
      ...stateOf(websocket),
      ...event,
    });
  }

  return {
    has: (socket) => handshakes.of(socket) !== undefined,
    settle: handshakes.settle,
    stop() {
      for (const unsubscribeOne of subscribed) unsubscribeOne();
      closeCalls.unwatch();
      handshakes.settle();
    },
  };
}

type CloseEventFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> &
  Partial<Pick<CloseFacts, 'synthetic' | 'closedAt'>>;

const SYNTHETIC: CloseEventFacts = { code: 1006, reason: '', wasClean: false, synthetic: true };

function stateOf({ protocol, extensions, bufferedAmount }: WebSocketLike) {
  return { subprotocol: protocol, extensions, unsentSize: bufferedAmount };
}

/** undici's own codes say which part of it failed, not what happened; only errno and TLS codes do. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && !code.startsWith('UND_') ? code : undefined;
}

/** The global's prototype; a request for a WebSocket says that undici is loaded, so the look costs no start-up. */
function loadedGlobalPrototype(): object | undefined {
  const prototype: object | undefined = globalThis.WebSocket?.prototype;
  // An app may have put `ws` there, which is observed in its own way.
  return prototype && !('emitClose' in prototype) ? prototype : undefined;
}
