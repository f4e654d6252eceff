import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type CloseFacts,
  guard,
  isIgnored,
  patchBefore,
  type Recorder,
  startClosing,
  type WebSocketLike,
  type WebSocketOptions,
} from '@closespan/core';
import { createHandshakes, type Handshake, type UndiciRequest } from './undici-handshakes.ts';

/** Observes the global `WebSocket` of Node and that of the `undici` package. */
export interface UndiciObserver {
  /** Whether a socket is observed. */
  has(socket: object): boolean;
  /** Records the failed handshakes whose `close` event is still waited for. */
  settle(): void;
  stop(): void;
}

interface CloseMessage {
  readonly websocket: WebSocketLike;
  readonly code: number;
  readonly reason: string;
}

/**
 * Observes through diagnostics channels: undici gives each listener after the first a `currentTarget` of null, so one
 * of ours would be seen by the app.
 */
export function observeUndici(recorder: Recorder, { ignoreUrls }: WebSocketOptions): UndiciObserver {
  const handshakes = createHandshakes((handshake) =>
    record(handshake, undefined, { ...SYNTHETIC, closedAt: handshake.failedAt }),
  );
  const patches = new Map<object, () => void>();

  const channels: Record<string, (message: never) => void> = {
    'undici:request:create': ({ request }: { request: UndiciRequest }) => {
      if (request.upgrade !== 'websocket') return;
      if (isIgnored(request.origin + request.path, ignoreUrls)) return;
      handshakes.create(request);
      patch(loadedGlobalPrototype());
    },
    'undici:client:sendHeaders': ({
      request,
      socket,
    }: {
      request: UndiciRequest;
      socket: Handshake['socket'];
    }) => {
      handshakes.send(request, socket);
    },
    'undici:request:headers': ({
      request,
      response,
    }: {
      request: UndiciRequest;
      response: { statusCode: number };
    }) => {
      handshakes.respond(request, response.statusCode);
    },
    'undici:request:error': ({ request, error }: { request: UndiciRequest; error: unknown }) => {
      handshakes.fail(request, error);
    },
    'undici:websocket:open': ({
      address,
      websocket,
    }: {
      address: { port: number };
      websocket?: WebSocketLike;
    }) => {
      handshakes.open(address.port, websocket);
      if (websocket) patch(Object.getPrototypeOf(websocket));
    },
    'undici:websocket:close': ({ websocket, code, reason }: CloseMessage) => {
      const handshake = handshakes.of(websocket) ?? handshakes.unopened(websocket.url);
      // undici answers each Close frame at once, and has no code of its own but 1006.
      if (handshake) record(handshake, websocket, { code, reason, wasClean: code !== 1006 });
    },
  };
  const subscribed = Object.entries(channels).map(([name, listener]) => {
    const guarded = (message: unknown) => guard(name, () => listener(message as never), undefined);
    subscribe(name, guarded);
    return () => unsubscribe(name, guarded);
  });

  function patch(prototype: object | undefined): void {
    if (!prototype || patches.has(prototype)) return;
    const restore = patchBefore(prototype, 'close', (self, [code]) => {
      const websocket = self as WebSocketLike;
      const handshake = handshakes.of(websocket) ?? handshakes.unopened(websocket.url);
      return handshake && startClosing(handshake.connection, 'local', code as number | undefined);
    });
    patches.set(prototype, restore);
  }

  function record(handshake: Handshake, websocket: WebSocketLike | undefined, event: CloseEventFacts): void {
    if (!handshakes.finish(handshake)) return;
    const { connection, url, statusCode, socket, error } = handshake;
    const errorCode = codeOf(socket?.errored) ?? codeOf(error);
    recorder.record(connection, {
      kind: 'client',
      url,
      subprotocol: websocket?.protocol ?? '',
      extensions: websocket?.extensions ?? '',
      unsentSize: websocket?.bufferedAmount ?? 0,
      errored: error !== undefined || errorCode !== undefined,
      errorCode,
      httpStatusCode: statusCode,
      ...event,
    });
  }

  return {
    has: (socket) => handshakes.of(socket) !== undefined,
    settle: handshakes.settle,
    stop() {
      for (const unsubscribeOne of subscribed) unsubscribeOne();
      for (const unpatch of patches.values()) unpatch();
      handshakes.settle();
    },
  };
}

type CloseEventFacts = Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> &
  Partial<Pick<CloseFacts, 'synthetic' | 'closedAt'>>;

const SYNTHETIC: CloseEventFacts = { code: 1006, reason: '', wasClean: false, synthetic: true };

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
