import type { Duplex } from 'node:stream';
import type { CloseCause } from '@closespan/core';
import { noteCloseStart } from '@closespan/core/platform';
import { type CloseFrame, closeFrameOf, closeFrameSize } from '../connection/close-frame.ts';
import type { CompactConnection } from '../connection/compact-connection.ts';
import { FrameReader } from '../connection/frame-reader.ts';
import type { InvalidPart } from '../connection/invalid-part.ts';
import { payloadNumber } from '../connection/ping-payload.ts';
import { PingState } from '../connection/ping-state.ts';
import { frameRules } from './frame-rules.ts';
import type { Agreement, ResponseHead } from './response-head.ts';
import type { StreamWatch } from './watch-stream.ts';
import type { WireStart } from './wire-start.ts';

/** Opcodes of control frames (RFC 6455 §5.5). */
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/**
 * Causes of a close that an end begins because it cannot go on. Only a library that reads frames sends these codes (RFC
 * 6455 §7.4.1).
 */
export const OF_CODE: Readonly<Record<number, CloseCause>> = {
  1002: 'protocol_error',
  1007: 'protocol_error',
  1009: 'message_too_big',
};

/** Callbacks for what happens to a connection. */
export interface WireEvents {
  /** Called when the handshake is over, before the first frame of this end. */
  begun(connection: WireConnection): void;
  /** Called when this end begins to close. */
  closing(connection: WireConnection): void;
  /** Called when the peer's Close frame has come. `size` is the number of its bytes. */
  closeFrame(connection: WireConnection, size: number): void;
  /** Called with the round trip of a ping, in milliseconds. */
  pong(connection: WireConnection, roundTrip: number): void;
  /** Called when the stream is being destroyed. */
  ended(connection: WireConnection): void;
}

/** A connection of a library that closespan does not know, observed by its frames. */
export class WireConnection implements StreamWatch {
  readonly kind: 'client' | 'server';
  readonly url: string;
  readonly stream: Duplex;
  readonly tracked: CompactConnection;
  /** Part of the response for which a client must refuse the response. `undefined` if the response is valid. */
  readonly invalid: InvalidPart | undefined;
  /** Number of bytes after the handshake that had come before the response was seen. */
  early = 0;
  #agreement: Agreement | undefined;
  #isBegun = false;
  /** First Close frame of the peer. */
  received: CloseFrame | undefined;
  /** First Close frame of this end. */
  sent: CloseFrame | undefined;
  /** Cause for which this end has begun to close; `undefined` if none is known. */
  cause: CloseCause | undefined;
  readonly #events: WireEvents;
  readonly #acceptedAt: number;
  #head: ResponseHead | undefined;
  #inputRules = frameRules('client', undefined);
  #outputRules = frameRules('client', undefined);
  readonly #input = new FrameReader();
  readonly #output = new FrameReader();

  constructor(start: WireStart, events: WireEvents) {
    this.kind = start.kind;
    this.url = start.url;
    this.stream = start.stream;
    this.tracked = start.tracked;
    this.invalid = start.invalid;
    this.#setAgreement(start.agreement);
    this.#acceptedAt = start.acceptedAt;
    this.#head = start.head;
    this.#events = events;
  }

  /** Result of the handshake; `undefined` until a server has written its response. */
  get agreement(): Agreement | undefined {
    return this.#agreement;
  }

  /** Whether the handshake is over. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Whether this end is still writing its response. */
  get isResponding(): boolean {
    return this.#head !== undefined;
  }

  /** Whether the peer has sent something that is no frame, so that a later Close frame cannot be seen. */
  get isUnreadable(): boolean {
    return this.#input.isBroken;
  }

  /** Whether this end has sent something that is no frame. */
  get isForeign(): boolean {
    return this.#output.isBroken;
  }

  /**
   * Cause for which this end has failed the connection, whatever the peer sent (RFC 6455 §7.1.7). `undefined` if this end
   * has not failed the connection, or if the peer has returned the Close frame.
   */
  get failure(): CloseCause | undefined {
    return this.sent && this.sent.code !== this.received?.code ? OF_CODE[this.sent.code] : undefined;
  }

  /** Whether a ping of this end is unanswered for longer than the peer usually takes. */
  get isPingOverdue(): boolean {
    return Boolean(this.tracked.pings?.isOverdue && !this.stream.isPaused());
  }

  /** Notes that the handshake is over. A second call does nothing. */
  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.tracked.openedAt = this.#acceptedAt;
    this.#events.begun(this);
  }

  /** Forgets a Close frame behind a response that the library has refused: the library has read no frame. */
  forgetUnread(): void {
    if (this.#isBegun) return;
    this.received = undefined;
    this.tracked.closing = undefined;
  }

  noteReceived(bytes: Uint8Array): void {
    this.#input.read(bytes, this.#inputRules, this.#noteInput);
  }

  noteSent(bytes: Uint8Array): void {
    const frames = this.#head ? this.#readHead(bytes) : bytes;
    if (!frames?.length) return;
    if (!this.#isBegun) this.begin();
    this.#output.read(frames, this.#outputRules, this.#noteOutput);
  }

  noteEnd(): void {
    this.#events.ended(this);
  }

  #setAgreement(agreement: Agreement | undefined): void {
    this.#agreement = agreement;
    this.#inputRules = frameRules(this.kind === 'server' ? 'client' : 'server', agreement);
    this.#outputRules = frameRules(this.kind, agreement);
  }

  #readHead(bytes: Uint8Array): Uint8Array | undefined {
    const rest = this.#head?.read(bytes);
    if (rest || this.#head?.isTooLong) {
      this.#setAgreement(this.#head?.agreement);
      this.#head = undefined;
    }
    return rest;
  }

  readonly #noteInput = (opcode: number, payload: Uint8Array): void => {
    if (opcode === PONG) this.#notePong(payload);
    if (opcode !== CLOSE) return;
    this.received = closeFrameOf(payload);
    noteCloseStart(this.tracked, 'remote');
    if (this.received) this.#events.closeFrame(this, closeFrameSize(this.received, this.kind === 'server'));
  };

  readonly #noteOutput = (opcode: number, payload: Uint8Array): void => {
    if (opcode === PING) this.#notePing(payload);
    if (opcode !== CLOSE) return;
    this.sent = closeFrameOf(payload);
    if (!this.sent) return;
    // The library has not read the peer's Close frame, which came after what the library refuses.
    if (this.tracked.closing?.by === 'remote' && this.failure) this.tracked.closing = undefined;
    if (this.tracked.closing) return;
    const { code, reason } = this.sent;
    if (this.isPingOverdue) this.cause = 'ping_timeout';
    noteCloseStart(this.tracked, 'local', code === 1005 ? undefined : code, reason || undefined);
    this.#events.closing(this);
  };

  #notePing(payload: Uint8Array): void {
    const number = payloadNumber(payload);
    if (number === undefined) return;
    this.tracked.pings ??= new PingState(this.#acceptedAt);
    this.tracked.pings.noteSent(number);
  }

  #notePong(payload: Uint8Array): void {
    const number = payloadNumber(payload);
    const roundTrip = number === undefined ? undefined : this.tracked.pings?.notePong(number);
    if (roundTrip !== undefined) this.#events.pong(this, roundTrip);
  }
}
