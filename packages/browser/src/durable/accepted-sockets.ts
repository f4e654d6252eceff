import { type GivenInfo, patchAround, stopAll } from '@closespan/core/platform';

/** State of a Durable Object, which accepts sockets that hibernate. */
interface DurableState {
  acceptWebSocket(socket: object, tags?: readonly string[]): void;
}

/** An upgrade request that a Durable Object is responding to. */
interface Flight {
  readonly request: Request;
  readonly given: GivenInfo;
}

/** Watches Durable Objects for the sockets that they accept. */
export interface AcceptedSockets {
  /**
   * Notes a request that a Durable Object gets. Returns a function that notes the response, and returns it.
   * @param given facts that the app gives for the sockets of this object
   */
  noteFetch(
    object: unknown,
    args: readonly unknown[],
    given: GivenInfo,
  ): ((result: unknown) => unknown) | undefined;
  stop(): void;
}

/**
 * Makes an object that watches Durable Objects. The method `acceptWebSocket` of their state is patched in place, once.
 * @param accepted called with each accepted socket, the arguments of an opening, and the facts of the app
 */
export function watchAcceptedSockets(
  accepted: (socket: object, args: readonly unknown[], given: GivenInfo) => void,
): AcceptedSockets {
  const flightsOf = new WeakMap<object, Set<Flight>>();
  const watched = new WeakSet<object>();
  const stops: ((() => void) | undefined)[] = [];

  function watch(state: DurableState): void {
    const prototype: object = Object.getPrototypeOf(state);
    const owner = Object.hasOwn(state, 'acceptWebSocket') ? state : prototype;
    if (watched.has(owner)) return;
    watched.add(owner);
    stops.push(
      patchAround(owner, 'acceptWebSocket', (self, [socket]) => (_result, threw) => {
        const flights = threw ? undefined : flightsOf.get(self);
        if (flights && typeof socket === 'object' && socket) noteAccepted(socket, [...flights]);
      }),
    );
  }

  return {
    noteFetch(object, [request], given) {
      const state = stateOf(object);
      if (!state || !isUpgrade(request)) return undefined;
      watch(state);
      const flights = flightsOf.get(state) ?? new Set();
      flightsOf.set(state, flights);
      const flight = { request, given };
      flights.add(flight);
      const landed = () => void flights.delete(flight);
      return (result) => {
        if (result instanceof Promise) result.then(landed, landed);
        else landed();
        return result;
      };
    },
    stop: () => stopAll(stops),
  };

  /** Nobody shows which of several requests a socket is accepted for. A URL that all of them have is the socket's. */
  function noteAccepted(socket: object, flights: readonly Flight[]): void {
    const [first] = flights;
    if (!first) return;
    const { request, given } = first;
    if (flights.length === 1) accepted(socket, [socket, { request }], given);
    else if (flights.every((one) => one.request.url === request.url))
      accepted(socket, [socket], { ...given, infoOf: (one) => ({ url: request.url, ...given.infoOf(one) }) });
    else accepted(socket, [socket], given);
  }
}

/** Finds the state among the members of a Durable Object: `ctx`, or whatever name an older class has. */
function stateOf(object: unknown): DurableState | undefined {
  const { ctx } = Object(object) as { readonly ctx?: unknown };
  return [ctx, ...ownValues(object)].find(isState);
}

function ownValues(object: unknown): unknown[] {
  return Object.values(Object.getOwnPropertyDescriptors(Object(object))).map(({ value }) => value);
}

function isState(value: unknown): value is DurableState {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as DurableState).acceptWebSocket === 'function'
  );
}

function isUpgrade(request: unknown): request is Request {
  const { headers } = Object(request) as Partial<Request>;
  return typeof headers?.get === 'function' && headers.get('upgrade')?.toLowerCase() === 'websocket';
}
