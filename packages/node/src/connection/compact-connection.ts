import { Buffer } from 'node:buffer';
import { type Closing, type Connection, now } from '@closespan/core/platform';
import { type Context, type SpanContext, trace } from '@opentelemetry/api';
import type { HandshakeFacts } from '../upgrades/upgrade-facts.ts';
import type { Handshake } from '../ws/client-handshakes.ts';

type HandshakeState = Handshake | HandshakeFacts | undefined;

const NOT_YET = -1;
/** Stands for NaN, which is no integer. */
const UNKNOWN = -2;
/** Written to for each id: its digits come so at a fifth of what those of numbers cost. */
const ID = Buffer.alloc(8);

/** Of a connection that was made within a span. */
class Traced {
  readonly creation: SpanContext;
  handshake: HandshakeState;

  constructor(creation: SpanContext, handshake: HandshakeState) {
    this.creation = creation;
    this.handshake = handshake;
  }
}

/** What a `ws` socket is held by while it is open; each byte counts, since there may be a million of them. */
export class WsConnection implements Connection {
  /** What is known of the handshake; with the span in which it was made, where there was one: one field for both. */
  #handshake: HandshakeState | Traced;
  /** The place among the open sockets until a closing, which has the place from then on: one field for both. */
  #placeOrClosing: number | (Closing & { place: number | undefined }) | undefined;
  /** Tenths of milliseconds: small integers, where a fraction takes three times as much. */
  readonly #started: number;
  #opened = NOT_YET;
  /** Two small integers take less than half of what their digits would. */
  #high = 0;
  #low = 0;

  /** @param startedAt NaN when the connection was made before observation began */
  constructor(active: Context, startedAt: number = now(), handshake?: HandshakeState) {
    const creation = trace.getSpanContext(active);
    this.#handshake = creation ? new Traced(creation, handshake) : handshake;
    this.#placeOrClosing = undefined;
    this.#started = tenthsOf(startedAt);
  }

  get creation(): SpanContext | undefined {
    return this.#handshake instanceof Traced ? this.#handshake.creation : undefined;
  }

  /** A client's until it is over, then what it told. */
  get handshake(): HandshakeState {
    return this.#handshake instanceof Traced ? this.#handshake.handshake : this.#handshake;
  }

  set handshake(handshake: HandshakeState) {
    if (this.#handshake instanceof Traced) this.#handshake.handshake = handshake;
    else this.#handshake = handshake;
  }

  get closing(): Closing | undefined {
    return typeof this.#placeOrClosing === 'object' ? this.#placeOrClosing : undefined;
  }

  set closing(closing: Closing | undefined) {
    const { place } = this;
    this.#placeOrClosing = closing ? { ...closing, place } : place;
  }

  /** Among the open sockets; `undefined` while it is not one of them. */
  get place(): number | undefined {
    return typeof this.#placeOrClosing === 'object' ? this.#placeOrClosing.place : this.#placeOrClosing;
  }

  set place(place: number | undefined) {
    if (typeof this.#placeOrClosing === 'object') this.#placeOrClosing.place = place;
    else this.#placeOrClosing = place;
  }

  get startedAt(): number {
    return millisOf(this.#started);
  }

  get openedAt(): number | undefined {
    return this.#opened === NOT_YET ? undefined : millisOf(this.#opened);
  }

  set openedAt(millis: number) {
    this.#opened = tenthsOf(millis);
  }

  /** Derives the id from a `Sec-WebSocket-Key`, its first 8 bytes; what is no key derives none (RFC 6455 §4.1). */
  set key(key: unknown) {
    if (typeof key !== 'string' || key.length !== 24) return;
    const bytes = Buffer.from(key, 'base64');
    // Not every server has checked it.
    if (bytes.length < 16) return;
    this.#high = bytes.readInt32BE(0);
    this.#low = bytes.readInt32BE(4);
  }

  /** @param id 16 hexadecimal digits */
  set connectionId(id: string) {
    this.#high = Number.parseInt(id.slice(0, 8), 16) | 0;
    this.#low = Number.parseInt(id.slice(8), 16) | 0;
  }

  get connectionId(): string | undefined {
    if (this.#high === 0 && this.#low === 0) return undefined;
    ID.writeInt32BE(this.#high, 0);
    ID.writeInt32BE(this.#low, 4);
    return ID.toString('hex');
  }
}

function tenthsOf(millis: number): number {
  return Number.isNaN(millis) ? UNKNOWN : Math.round(millis * 10);
}

function millisOf(tenths: number): number {
  return tenths === UNKNOWN ? Number.NaN : tenths / 10;
}
