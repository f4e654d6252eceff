import type { SocketInfo } from '../observe/web-socket-like.ts';

type Handler<S> = (socket: S, ...rest: never[]) => unknown;

/** Socket that the handlers `open` and `message` of an object get. */
export type HandledSocketOf<H> = H extends { message: Handler<infer S> }
  ? S
  : H extends { open: Handler<infer S> }
    ? S
    : object;

/**
 * Observes the connections whose events an app's handlers get: those of `Bun.serve`, crossws, uWebSockets.js, Hono,
 * Elysia, PartyServer, or a Durable Object whose sockets hibernate. Each connection has one record.
 * @param handlers object with handlers, or a class of such objects
 * @param info facts about the sockets, or a function that returns the facts about a socket that opens. The kind is
 * `server` by default
 * @returns the object with its handlers wrapped in place; of a frozen object a copy, and of a class a class. Pass the
 * result to the library. Never throws
 * @example Bun.serve({ fetch, websocket: observeHandlers({ message(socket, text) {} }) })
 */
export type ObserveHandlers = <H extends object>(
  handlers: H,
  info?: SocketInfo | ((socket: HandledSocketOf<H>) => SocketInfo | undefined),
) => H;
