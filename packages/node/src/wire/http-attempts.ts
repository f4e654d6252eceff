import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { guard, isIgnored } from '@closespan/core/platform';
import { context } from '@opentelemetry/api';
import { CompactConnection } from '../connection/compact-connection.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import type { StreamClaims } from '../connection/stream-claims.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { inNextTurn } from '../pipeline/timers-at-load.ts';
import { propagateThroughHttp } from '../propagation/propagate-through-http.ts';
import { listenToChannels } from '../runtime/listen-to-channels.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import { TELLS_CREATION } from '../runtime/which-runtime.ts';
import type { RelayedKeys } from './relayed-keys.ts';
import { redirectedUrl, requestedUrl } from './requested-url.ts';

/** A handshake that a client of an unknown library has begun through Node's HTTP client. */
export interface HttpAttempt {
  readonly request: ClientRequest;
  readonly url: string;
  readonly tracked: CompactConnection;
}

/** Callbacks for the end of a handshake. */
export interface AttemptEvents {
  /** Called when a handshake begins. */
  begun(attempt: HttpAttempt): void;
  /** Called when another observer has taken the handshake. */
  left(attempt: HttpAttempt): void;
  /** Called with the response of status 101, before the library gets the response. */
  upgraded(attempt: HttpAttempt, response: IncomingMessage, stream: Duplex, head: Uint8Array): void;
  /** Called when a handshake has failed. */
  failed(attempt: HttpAttempt, error: NodeJS.ErrnoException | undefined): void;
}

/** Follows handshakes through Node's HTTP client, whichever library makes them. */
export interface HttpAttempts {
  /** Forgets the handshake of a request. */
  forget(request: object): void;
  /** Returns the handshake of a request; `undefined` if it is over or not followed. */
  of(request: object): HttpAttempt | undefined;
  stop(): void;
}

/** A handshake, with the function that ends the watch of its request. */
interface Watched extends HttpAttempt {
  stop: (() => void) | undefined;
  /** Whether a response that refuses the handshake has come. */
  isRefused?: boolean;
}

/** A message of Node's diagnostics channels `http.client.request.*`. */
interface RequestMessage {
  readonly request: ClientRequest;
}

/** A handshake that the server has redirected, until it is known whether the library follows. */
interface Redirect {
  readonly attempt: Watched;
  readonly target: string | undefined;
}

/** Starts to follow the handshakes of clients that no observer of a library claims. */
export function followHttpAttempts(
  options: NodeWebSocketOptions,
  claims: StreamClaims,
  keys: RelayedKeys,
  events: AttemptEvents,
): HttpAttempts {
  const attempts = createPrivateSlot<Watched | undefined>();
  const created = createPrivateSlot<true>();
  const propagate = propagateThroughHttp(options);
  let redirect: Redirect | undefined;

  /** Notes a request that is made. Its headers are complete, unless the app sets some later. */
  function noteCreated({ request }: RequestMessage): void {
    created.set(request, true);
    if (!isHandshake(request)) return;
    const held = new WeakRef(request);
    keys.noteOwn(request.getHeader('sec-websocket-key'), () => isWaiting(held.deref()));
    if (claims.isClaimed(request) || isRelayed(request)) return;
    const url = requestedUrl(request);
    if (isIgnored(url, options.ignoreUrls)) return;
    // Before the request is sent. The observer of a library that claims the request adds no header again.
    propagate(url, request);
    const connection = new CompactConnection(context.active());
    process.nextTick(() => guard('wire', () => begin(request, url, connection)));
  }

  /** Notes a request that is about to be sent. A request from before observation began is left to its library. */
  function noteStart({ request }: RequestMessage): void {
    if (TELLS_CREATION && !created.get(request)) return;
    if (!isHandshake(request) || claims.isClaimed(request) || attempts.get(request)) return;
    if (isRelayed(request)) return;
    const url = requestedUrl(request);
    if (isIgnored(url, options.ignoreUrls)) return;
    propagate(url, request);
    begin(request, url, new CompactConnection(context.active()));
  }

  function begin(request: ClientRequest, url: string, connection: CompactConnection): void {
    // An observer claims a request in the turn in which its library makes the request.
    if (claims.isClaimed(request) || attempts.get(request)) return;
    const tracked = takeRedirected(url) ?? connection;
    tracked.key = request.getHeader('sec-websocket-key');
    const attempt: Watched = { request, url, tracked, stop: undefined };
    attempts.set(request, attempt);
    attempt.stop = patchInherited(request, 'emit', (_self, [event, ...args]) =>
      noteEmit(attempt, event, args),
    );
    events.begun(attempt);
  }

  /** Returns the connection of a handshake that was redirected to a URL just now. */
  function takeRedirected(url: string): CompactConnection | undefined {
    if (!redirect || redirect.target !== url) return undefined;
    const { request, tracked } = redirect.attempt;
    redirect = undefined;
    forget(request);
    return tracked;
  }

  function isRelayed(request: ClientRequest): boolean {
    return keys.noteRequest(String(request.getHeader('sec-websocket-key')));
  }

  function noteEmit(attempt: Watched, event: unknown, [first, stream, head]: readonly unknown[]): undefined {
    if (attempts.get(attempt.request) !== attempt) return;
    if (event === 'upgrade') {
      forget(attempt.request);
      events.upgraded(attempt, first as IncomingMessage, stream as Duplex, head as Uint8Array);
    } else if (event === 'response') noteRefusal(attempt, first as IncomingMessage);
    else if (event === 'error') fail(attempt, first as NodeJS.ErrnoException);
    else if (event === 'close') fail(attempt, undefined);
  }

  function noteRefusal(attempt: Watched, { statusCode = 0, headers }: IncomingMessage): void {
    attempt.isRefused = true;
    if (statusCode < 300 || statusCode >= 400 || !headers.location) {
      process.nextTick(() => guard('wire', () => fail(attempt, undefined)));
      return;
    }
    const own = { attempt, target: redirectedUrl(headers.location, attempt.url) };
    redirect = own;
    // The library follows a redirect within its listeners, and Node tells of the new request a little later.
    inNextTurn('wire', () => {
      if (redirect === own) redirect = undefined;
      fail(attempt, undefined);
    });
  }

  function fail(attempt: Watched, error: NodeJS.ErrnoException | undefined): void {
    if (attempts.get(attempt.request) !== attempt || (attempt.isRefused && redirect?.attempt === attempt))
      return;
    forget(attempt.request);
    events.failed(attempt, error);
  }

  function forget(request: object): void {
    const attempt = attempts.get(request);
    attempts.set(request, undefined);
    attempt?.stop?.();
  }

  return {
    forget(request) {
      const attempt = attempts.get(request);
      if (!attempt) return;
      forget(request);
      events.left(attempt);
    },
    of: attempts.get,
    stop: listenToChannels({
      'http.client.request.created': noteCreated,
      'http.client.request.start': noteStart,
    }),
  };
}

/** Says whether a request waits for its response. Node adds `res` when a response comes. */
function isWaiting(request: (ClientRequest & { readonly res?: unknown }) | undefined): boolean {
  return request !== undefined && !request.res && !request.destroyed;
}

function isHandshake(request: ClientRequest): boolean {
  return (
    typeof request.getHeader('sec-websocket-key') === 'string' &&
    String(request.getHeader('upgrade')).toLowerCase() === 'websocket'
  );
}
