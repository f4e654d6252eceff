import type { WebSocketLike } from '@closespan/core';
import { type Closing, type Connection, now, trackConnection } from '@closespan/core/platform';
import type { Attributes } from '@opentelemetry/api';
import { connectionIdOf } from '../../connection/connection-id.ts';
import { openingTime } from '../../connection/opening-time.ts';
import type { ResponseHeaders } from '../../connection/response-headers.ts';
import { startTimer, stopTimer } from '../../pipeline/timers-at-load.ts';
import type { CountedStream } from '../../traffic/counted-stream.ts';
import { factsOfRequest, type ReceivedCloseFrame, type UndiciFacts, type Wire } from './undici-facts.ts';
import type { UndiciRequest } from './undici-request.ts';

/**
 * A step in the life of an undici connection. `released` is the last step: the record is made, or no record will be
 * made.
 */
export type UndiciState = 'requested' | 'sent' | 'failed' | 'open' | 'closing' | 'released';

/** Facts of a connection in a writable form. Only the class `UndiciConnection` may write them. */
type WritableFacts = { -readonly [Name in keyof UndiciFacts]: UndiciFacts[Name] };

/**
 * One connection of undici, from its request to its record. Only its methods change its state and its facts.
 *
 *     new ──► requested ── noteSent ──► sent ──── noteOpen ────► open
 *               ▲   │                    │                        │ noteClosing, noteCloseFrame
 *               │   └─── noteFailure ────┤                        ▼
 *           noteRetry                    ▼                      closing
 *               └───────────────────── failed ── noteOpen ──► open
 *
 * `release` is possible in every state. Only the states `failed` and `closing` have a timer. A failed handshake waits for
 * its `close` event or for a retry; a closing connection waits for its end. `noteOpen` follows a failure if a dispatcher
 * of the app passes the response on late.
 */
export class UndiciConnection {
  readonly #tracked: Connection;
  readonly #facts: WritableFacts;
  #state: UndiciState = 'requested';
  /** Index in the list of open connections; `undefined` while the connection is not in the list. */
  place: number | undefined;
  #stopWatching: (() => void) | undefined;
  /** Counts received bytes over HTTP/2, whose streams do not count them. */
  #received: { bytesRead: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: UndiciRequest) {
    this.#facts = factsOfRequest(request);
    this.#tracked = trackConnection();
    this.#tracked.connectionId = connectionIdOf(this.#facts.key) ?? this.#tracked.connectionId;
  }

  /** Times, ids and the first sign of closing, in the form that the recorder needs. */
  get tracked(): Readonly<Connection> {
    return this.#tracked;
  }

  /** Facts about this connection that have been seen so far. */
  get facts(): UndiciFacts {
    return this.#facts;
  }

  /** The stream, or another object, that counts the bytes of the connection. */
  get counter(): CountedStream {
    return this.#received ?? this.#facts.wire ?? {};
  }

  get state(): UndiciState {
    return this.#state;
  }

  /**
   * Says whether the handshake has neither succeeded nor been recorded. A failed handshake counts, too, since undici
   * may try it again.
   */
  get isPending(): boolean {
    return this.#state === 'requested' || this.#state === 'sent' || this.#state === 'failed';
  }

  /** Says whether a response has come that undici did not refuse, so that the app may have the stream. */
  get isTaken(): boolean {
    const { wire, readBefore } = this.#facts;
    return this.#state === 'sent' && !wire?.destroyed && (wire?.bytesRead ?? 0) > readBefore;
  }

  /** Notes that undici makes a new request for the same handshake. The facts of the last attempt are forgotten. */
  noteRetry(): void {
    this.#stopWatching?.();
    this.#changeState('requested');
    this.#facts.failedAt = undefined;
    this.#facts.wire = undefined;
    this.#facts.error = undefined;
    this.#facts.statusCode = undefined;
    this.#facts.refusal = undefined;
    this.#facts.switching = undefined;
  }

  /**
   * Notes that the request is sent over a wire: a TCP socket, a TLS socket or an HTTP/2 stream.
   * @param stopWatching removes the listeners that watch the wire
   */
  noteSent(wire: Wire, stopWatching: () => void): void {
    this.#facts.wire = wire;
    this.#facts.readBefore = wire.bytesRead ?? 0;
    this.#stopWatching = stopWatching;
    if (this.#state === 'requested') this.#state = 'sent';
  }

  /**
   * Notes that an interim response has come.
   * @param bytesRead number of all bytes that the TCP or TLS socket had received when that response ended
   */
  noteInterimResponse(bytesRead: number): void {
    this.#facts.readBefore = bytesRead;
  }

  /** Notes the HTTP status of the final response. */
  noteResponse(statusCode: number): void {
    this.#facts.statusCode = statusCode;
  }

  /** Notes the headers of a response with status 101, which undici may refuse, and of its request. */
  noteSwitching(requested: ResponseHeaders, responded: ResponseHeaders | undefined): void {
    this.#facts.switching = responded && { requested, responded };
  }

  /** Notes the attributes of the response that refuses the handshake. */
  noteRefusal(attributes: Attributes | undefined): void {
    this.#facts.refusal = attributes;
  }

  /** Notes an error of the handshake. Later errors of the same attempt change nothing. */
  noteError(error: unknown): void {
    this.#facts.error ??= error;
  }

  /** Notes that the current attempt of the handshake has failed now. */
  noteFailure(): void {
    this.#changeState('failed');
    this.#facts.failedAt = now();
  }

  /** Notes that the app aborted the handshake. */
  noteAbort(closing: Closing): void {
    this.#tracked.closing = closing;
  }

  /** Notes that the handshake has succeeded now. */
  noteOpen(): void {
    this.#changeState('open');
    this.#facts.failedAt = undefined;
    this.#facts.switching = undefined;
    this.#tracked.openedAt = openingTime();
  }

  /**
   * Notes that a `WebSocket` uses the connection.
   * @param websocket the app's socket; `undefined` if undici does not publish the socket
   */
  noteWebSocket(websocket: WebSocketLike | undefined): void {
    this.#facts.isWebSocket = true;
    this.#facts.websocket = websocket;
  }

  /** Notes that bytes have come over a wire that does not count them. */
  noteReceived(bytes: number): void {
    this.#received ??= { bytesRead: 0 };
    this.#received.bytesRead += bytes;
  }

  /** Notes the attributes of the connection's traffic at its end. */
  noteTraffic(traffic: Attributes | undefined): void {
    this.#facts.traffic = traffic;
  }

  /** Notes the first sign of closing. Later signs change nothing. */
  noteClosing(closing: Closing): void {
    this.#tracked.closing ??= closing;
    if (this.#state === 'open') this.#state = 'closing';
  }

  /** Notes the peer's Close frame. */
  noteCloseFrame(closeFrame: ReceivedCloseFrame): void {
    this.#facts.closeFrame = closeFrame;
    if (this.#state === 'open') this.#state = 'closing';
  }

  /** Notes whether undici has returned the peer's Close frame by now. */
  noteCloseReturned(): void {
    const { closeFrame, wire } = this.#facts;
    this.#facts.isCloseReturned = (wire?.bytesWritten ?? 0) > (closeFrame?.written ?? Number.NaN);
  }

  /**
   * Limits the wait for an event that may never come. A change of the state, or a new limit, cancels this limit.
   * @param timedOut called after the milliseconds; never called if the connection has neither failed nor begun to close
   */
  limitWait(milliseconds: number, timedOut: (connection: UndiciConnection) => void): void {
    stopTimer(this.#timer);
    if (this.#state !== 'failed' && this.#state !== 'closing') return;
    const timer: Partial<NodeJS.Timeout> | undefined = startTimer(timedOut, milliseconds, this);
    // The fakes of some test libraries are numbers.
    timer?.unref?.();
    this.#timer = timer as NodeJS.Timeout | undefined;
  }

  /**
   * Ends the observation of the connection.
   * @returns `false` if the observation had ended before
   */
  release(): boolean {
    if (this.#state === 'released') return false;
    this.#changeState('released');
    this.#stopWatching?.();
    return true;
  }

  #changeState(state: UndiciState): void {
    stopTimer(this.#timer);
    this.#timer = undefined;
    this.#state = state;
  }
}
