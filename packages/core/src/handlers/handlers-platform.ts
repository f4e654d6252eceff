import type { Context } from '@opentelemetry/api';
import type { MessageTraffic } from '../observe/message-traffic.ts';
import type { CloseFacts } from '../record/close-facts.ts';
import type { Connection } from '../record/connection.ts';
import type { GivenInfo } from './given-info.ts';
import type { HandledConnection, OpenDetails } from './handled-connection.ts';
import type { HandledRequest } from './handled-socket.ts';

/** A connection that was open before this code was loaded, as what outlives that time tells. */
export type KeptConnection = Pick<HandledConnection, 'connection' | 'details'>;

/** Parts of an observer of handlers that differ from runtime to runtime. */
export interface HandlersPlatform {
  /** Returns whether connections to a URL are not observed. */
  isIgnored(url: string): boolean;
  /** Returns the context that the client has sent with its request. @defaultValue the active context */
  contextOf?(request: HandledRequest): Context;
  /** Returns further facts about a connection that opens. */
  detailsOf?(socket: object, request: HandledRequest | undefined, url: string): Partial<OpenDetails>;
  /**
   * Returns the connection of a socket that another observer records, so that handlers record nothing.
   * @param sockets objects for the connection, the library's own first
   * @param isOpening whether another observer may begin to observe the socket now
   */
  adopt?(
    sockets: readonly object[],
    details: OpenDetails & { readonly connectionId: string | undefined },
    isOpening: boolean,
  ): Connection | undefined;
  /** Returns a connection that opened before this code was loaded; `undefined` if nothing is known of it. */
  restore?(identity: object): KeptConnection | undefined;
  /** Keeps a connection that opens, or that begins to close, so that `restore` finds it. */
  keep?(identity: object, kept: KeptConnection): void;
  /** Notes that a connection begins. */
  began?(): void;
  /** Makes counts of messages. @defaultValue messages are not counted */
  readonly createTraffic?: (() => MessageTraffic) | undefined;
  /** Reads facts of an error that the library does not show in the usual members. */
  errorFactsOf?(error: unknown): Partial<CloseFacts>;
  /** Notes a request that an object with handlers gets. Returns a function that gets the response, and returns it. */
  noteFetch?(
    self: unknown,
    args: readonly unknown[],
    given: GivenInfo,
  ): ((result: unknown) => unknown) | undefined;
  /** Whether every open connection is listed in `open`. Without a list, no socket is kept alive. */
  readonly listsOpen: boolean;
}
