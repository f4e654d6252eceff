import {
  type Connection,
  isIgnored,
  isSuppressed,
  NO_CLOSE_FRAME,
  now,
  type Recorder,
  stopAll,
  trackConnection,
} from '@closespan/core/platform';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { connectionIdOf } from '../connection/connection-id.ts';
import { createPrivateSlot } from '../connection/private-slot.ts';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { type CarriedContexts, createCarriedContexts } from '../propagation/carried-contexts.ts';
import { extractContext } from '../propagation/extract-context.ts';
import { patchInherited } from '../runtime/patch-inherited.ts';
import { onFinalResponse } from './final-response.ts';
import type { FinalResponse } from './read-response.ts';
import { createRefusalLimit } from './refusal-limit.ts';
import {
  createUpgradeFactsReader,
  storedUrl,
  type UpgradeRequest,
  type UpgradeSocket,
  upgradeUrl,
} from './upgrade-facts.ts';
import { requestOf, type WaitingRequest, waitingRequest } from './waiting-request.ts';
import { whenServing } from './when-serving.ts';

/** Observes requests for an upgrade to WebSocket, from their arrival at a server to the final response. */
export interface UpgradeObserver {
  /** Contexts that clients carried outside of the usual headers. */
  readonly carriedContexts: CarriedContexts;
  /**
   * Notes a request that did not arrive through Node's HTTP server. A second call for the same request does nothing.
   */
  noteArrival(request: UpgradeRequest, socket: UpgradeSocket, head?: Uint8Array): void;
  /**
   * Returns the time at which a request arrived, in monotonic milliseconds; `undefined` if the request was not
   * observed.
   */
  arrivedAt(request: object): number | undefined;
  stop(): void;
}

/** Callbacks for the upgrade requests of servers, whichever library accepts the requests. */
export interface UpgradeListener {
  /**
   * Called with each request.
   * @param kept object that may be kept until the response
   */
  arrived(request: UpgradeRequest, kept: UpgradeRequest | WaitingRequest): void;
  /** Called when a server writes the final response to a request, or when the request's stream is destroyed. */
  responded(request: UpgradeRequest, kept: UpgradeRequest | WaitingRequest): void;
  /**
   * Called when a server writes a response of status 101.
   * @param head bytes that came with the request
   * @param written arguments of the write, in the order of `_writeGeneric`
   */
  accepted(
    request: UpgradeRequest,
    socket: UpgradeSocket,
    head: Uint8Array | undefined,
    written: readonly [isMany?: boolean, data?: unknown, encoding?: unknown],
  ): void;
}

/**
 * Makes an observer of upgrade requests. A refused request is recorded as a failed handshake. An accepted request is
 * recorded later, when its connection closes.
 */
export function observeUpgrades(
  recorder: Recorder,
  options: NodeWebSocketOptions,
  listener: UpgradeListener,
): UpgradeObserver {
  const { ignoreUrls, refusedHandshakes } = options;
  if (refusedHandshakes) recorder.settings.takesRefusal = createRefusalLimit();
  const carriedContexts = createCarriedContexts(options.acceptCarriers);
  const factsOf = createUpgradeFactsReader(options);
  const arrivals = createPrivateSlot<number>();
  let stopped = false;

  function noteArrival(request: UpgradeRequest, socket: UpgradeSocket, head?: Uint8Array): void {
    if (arrivals.get(request) !== undefined || request.headers.upgrade?.toLowerCase() !== 'websocket') return;
    const arrivedAt = now();
    arrivals.set(request, arrivedAt);
    // An empty head, too, is a part of the buffer with the whole request, which a late response would keep in memory.
    const early = head?.length ? head : undefined;
    const kept = waitingRequest(request, socket);
    listener.arrived(request, kept);
    awaitResponse(kept, arrivedAt, socket, early);
  }

  /** A function of its own: what it calls later must not keep the request in memory. */
  function awaitResponse(
    kept: UpgradeRequest | WaitingRequest,
    arrivedAt: number,
    socket: UpgradeSocket,
    early: Uint8Array | undefined,
  ): void {
    const isHidden = isSuppressed(context.active());
    onFinalResponse(socket, requestOf(kept), (response, ...written) => {
      const request = requestOf(kept);
      if (request !== kept) arrivals.set(request, arrivedAt);
      listener.responded(request, kept);
      if (response.statusCode === 101) listener.accepted(request, socket, early, written);
      else if (!isHidden) recordRefusal(request, socket, response);
    });
  }

  function recordRefusal(
    request: UpgradeRequest,
    socket: UpgradeSocket,
    { statusCode, error }: FinalResponse,
  ): void {
    const url = upgradeUrl(request, socket);
    if (stopped || isIgnored(url, ignoreUrls)) return;
    const shown = refusedHandshakes ? factsOf(request, socket, url) : undefined;
    recorder.record(shown ? connectionFor(request) : trackConnection(ROOT_CONTEXT, arrivals.get(request)), {
      kind: 'server',
      url: storedUrl(url),
      template: '',
      ...shown,
      ...NO_CLOSE_FRAME,
      errored: Boolean(error),
      errorCode: error?.code,
      httpStatusCode: statusCode,
    });
  }

  /** Makes a connection that has the id and the context that the client carried in its request. */
  function connectionFor(request: UpgradeRequest): Connection {
    const carried = carriedContexts.peek(request);
    const connection = trackConnection(extractContext(request.headers, carried), arrivals.get(request));
    const id = carried?.connectionId ?? connectionIdOf(request.headers['sec-websocket-key']);
    if (id) connection.connectionId = id;
    return connection;
  }

  const stops: ((() => void) | undefined)[] = [];
  const stopWaiting = whenServing((prototypes) => {
    for (const prototype of prototypes) stops.push(patchInherited(prototype, 'emit', noteEmit));
  });

  function noteEmit(_server: object, [event, request, socket, head]: readonly unknown[]): undefined {
    if (event === 'upgrade')
      noteArrival(request as UpgradeRequest, socket as UpgradeSocket, head as Uint8Array);
  }

  return {
    carriedContexts,
    noteArrival,
    arrivedAt: (request) => arrivals.get(request),
    stop() {
      stopped = true;
      stopAll([stopWaiting, ...stops.splice(0)]);
    },
  };
}
