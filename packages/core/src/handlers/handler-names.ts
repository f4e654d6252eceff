/** Part that a handler plays in the life of a connection. */
export type HandlerRole = 'upgrade' | 'open' | 'message' | 'close' | 'error' | 'end' | 'fetch' | 'resolve';

/** Names of the handlers of an object that are observed, and names that are added. */
export interface HandlerNames {
  readonly roles: ReadonlyMap<string, HandlerRole>;
  /** Handlers that the object lacks, and without which the runtime would not tell of the connection. */
  readonly added: readonly string[];
}

type Roles = Readonly<Record<string, HandlerRole>>;

/** Methods of a Durable Object whose sockets hibernate. No other method follows `webSocketError`. */
const DURABLE: Roles = { webSocketMessage: 'message', webSocketClose: 'close', webSocketError: 'end' };
/** Handlers of Hono, and of PartyKit and PartyServer, which call an opening `onConnect`. */
const ON: Roles = {
  onOpen: 'open',
  onConnect: 'open',
  onMessage: 'message',
  onClose: 'close',
  onError: 'error',
};
/** Handlers of `Bun.serve`, uWebSockets.js, crossws and Elysia. */
const PLAIN: Roles = {
  upgrade: 'upgrade',
  open: 'open',
  message: 'message',
  close: 'close',
  error: 'error',
  resolve: 'resolve',
};
/** Handlers that show that an object has the names of `PLAIN`, and that say nothing of an end. */
const FURTHER = ['drain', 'dropped', 'ping', 'pong', 'subscription'];

/**
 * Returns which handlers of an object are observed.
 * @param has returns whether the object has a handler of a name
 * @returns `undefined` if the object has no handlers of WebSockets
 */
export function handlerNames(has: (name: string) => boolean): HandlerNames | undefined {
  const hasOneOf = (names: Iterable<string>) => [...names].some(has);
  const isDurable = hasOneOf(Object.keys(DURABLE));
  const isOn = hasOneOf(Object.keys(ON));
  // A class with other names may have methods such as `close` of its own.
  const isPlain = !isDurable && (!isOn || has('message')) && hasOneOf([...Object.keys(PLAIN), ...FURTHER]);
  if (!isDurable && !isOn && !isPlain) return undefined;
  const roles = new Map(
    Object.entries({
      ...(isDurable && { ...DURABLE, fetch: 'fetch' }),
      ...(isOn && ON),
      ...(isPlain && PLAIN),
    } as Roles),
  );
  return { roles, added: addedNames().filter((name) => !has(name)) };

  function addedNames(): readonly string[] {
    if (isDurable) return ['webSocketClose', 'webSocketError'];
    if (isPlain)
      return hasOneOf([...Object.keys(PLAIN), ...FURTHER].filter((name) => name !== 'resolve'))
        ? ['open', 'close']
        : [];
    return has('onConnect') ? ['onClose'] : ['onOpen', 'onClose'];
  }
}
