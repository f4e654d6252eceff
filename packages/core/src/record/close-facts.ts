import type { Attributes } from '@opentelemetry/api';
import type { Chain, ChainEnd } from './chain.ts';
import type { CloseCause, CloseInitiator, Interruption } from './close-cause.ts';
import { type Connection, now, wallNow } from './connection.ts';

/** Address of the remote end of a TCP connection. */
export interface Peer {
  /** IPv4 or IPv6 address of the remote end. */
  readonly address: string;
  /** TCP port of the remote end. */
  readonly port: number;
}

/** Facts about a page at the end of a connection. */
export interface PageFacts {
  /** Address of the page, secrets included. */
  readonly url: string;
  /** State of the page (HTML § Page visibility). `undefined` if the page is left. */
  readonly visibility: 'visible' | 'hidden' | undefined;
  /** Kind of network (Network Information API § ConnectionType). `undefined` if the browser does not say. */
  readonly network: string | undefined;
}

/** Facts about one close, as the runtime reports them. An observer collects the facts at the close. */
export interface CloseFacts {
  /** Which end of the connection was observed. */
  readonly kind: 'client' | 'server';
  /** URL of the connection as the runtime reports it, secrets included. The record has a redacted URL. */
  readonly url: string;
  /**
   * Path of the Unix socket over which the connection runs. `undefined` for a TCP connection, and if the URL contains
   * the path.
   */
  readonly socketPath?: string | undefined;
  /** Close code (WHATWG WebSockets § CloseEvent). The code is 1006 if no Close frame arrived. */
  readonly code: number;
  /** Text of the peer's Close frame. Empty if there is none. */
  readonly reason: string;
  /** Whether the closing handshake was completed (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** Code of the runtime's `close` event. @defaultValue `code` */
  readonly reportedCode?: number;
  /** Negotiated subprotocol (RFC 6455 §1.9). @defaultValue none */
  readonly subprotocol?: string | undefined;
  /** Negotiated extensions (RFC 6455 §9). @defaultValue none */
  readonly extensions?: string | undefined;
  /**
   * Name that `urlTemplate` returned for the upgrade request. An empty string means that there is no name.
   * @defaultValue `urlTemplate` is called with the URL alone
   */
  readonly template?: string | undefined;
  /** Remote end of the TCP connection. `undefined` if the remote end is unknown, or must not be recorded. */
  readonly peer?: Peer | undefined;
  /**
   * Address of the client behind proxies, as the server knows it. `undefined` except on servers with the option
   * `recordClientAddress`.
   */
  readonly clientAddress?: string | undefined;
  /**
   * `Origin` header of the upgrade request. `undefined` if there is none, and except on servers with the option
   * `recordOrigin`.
   */
  readonly origin?: string | undefined;
  /** Number of bytes that the app passed to `send` and that never left this end. @defaultValue 0 */
  readonly unsentSize?: number | undefined;
  /** Whether the runtime fired no `close` event, so that the facts are inferred. @defaultValue `false` */
  readonly synthetic?: boolean;
  /**
   * Whether an `error` event came before the close. The event alone does not explain the close. @defaultValue `false`
   */
  readonly errored?: boolean;
  /** errno or error code of a library, e.g. `ECONNRESET`. `undefined` if the runtime reports none. */
  readonly errorCode?: string | undefined;
  /** HTTP status of the response to the handshake. `undefined` if no response was seen. */
  readonly httpStatusCode?: number | undefined;
  /**
   * Time at which the connection ended, in monotonic milliseconds. @defaultValue the time at which `record` is called
   */
  readonly closedAt?: number | undefined;
  /** Cause of the close, if only the observer can know the cause. @defaultValue concluded from the other facts */
  readonly cause?: CloseCause | undefined;
  /** Loss of network that the platform noticed shortly before the close. `undefined` if there was none. */
  readonly interruption?: Interruption | undefined;
  /**
   * Time for which the device slept or the page was frozen since the connection was made, in milliseconds.
   * @defaultValue none was noticed
   */
  readonly suspendedDuration?: number | undefined;
  /**
   * Who closed first, if the observer knows more than the `close` event says.
   * @defaultValue concluded from the other facts
   */
  readonly initiator?: CloseInitiator | undefined;
  /** The page that made the connection, at the end of the connection. `undefined` outside of pages. */
  readonly page?: PageFacts | undefined;
  /**
   * Further attributes of the close span, which only some runtimes know, or which the app has given. Whoever adds a
   * text limits its length. @defaultValue none
   */
  readonly furtherAttributes?: Readonly<Attributes> | undefined;
}

/**
 * Code, reason and `wasClean` of a connection that ended without a Close frame: code 1006 and no reason (RFC 6455
 * §7.1.5, §7.1.6).
 */
export const NO_CLOSE_FRAME: Pick<CloseFacts, 'code' | 'reason' | 'wasClean'> = {
  code: 1006,
  reason: '',
  wasClean: false,
};

/** A close that waits until its record is made: the connection, the facts and the time of the close. */
export interface PendingClose {
  /** The connection that ended. */
  readonly connection: Connection;
  /** Facts about the end of the connection. */
  readonly facts: CloseFacts;
  /** Time of the close, in monotonic milliseconds. */
  readonly closedAt: number;
  /** Time of the close, in epoch milliseconds. The clock continues while the device sleeps. */
  readonly closeTime: number;
  /**
   * Object that the app has for the connection, for `closeHook`. Held weakly, so that closes that wait keep no sockets
   * alive. `undefined` without `closeHook`.
   */
  readonly socket?: { deref(): object | undefined } | undefined;
  /** Whether the item is no close but an opening: its times are those of the opening. @defaultValue `false` */
  readonly isOpening?: boolean | undefined;
  /** Outage that ends. If present, the item is no close: its times are those at which the outage ends. */
  readonly outage?: Chain | undefined;
  /**
   * End of a client connection, for the connections that follow. `undefined` on servers, and until the close joins a
   * chain.
   */
  end?: ChainEnd | undefined;
  /** Number of the connection since the last one that was open, from 1. `undefined` for the first of a chain. */
  attempt?: number | undefined;
  /** End of the connection before. `undefined` for the first connection of a chain. */
  previous?: ChainEnd | undefined;
  /** Causes of the outage to which a connection belongs that did not open. */
  causes?: Set<CloseCause> | undefined;
}

/**
 * Adds the time of the close to its facts, and a weak reference to the socket. The time is `closedAt` of the facts, or
 * the time of this call if `closedAt` is absent.
 */
export function stampClose(
  connection: Connection,
  facts: CloseFacts,
  socket?: object,
  isOpening?: boolean,
): PendingClose {
  const time = now();
  const { closedAt = time } = facts;
  return {
    connection,
    facts,
    closedAt,
    closeTime: wallNow() - (time - closedAt),
    socket: socket && globalThis.WeakRef && new WeakRef(socket),
    isOpening,
  };
}
