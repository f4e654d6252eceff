import { Buffer } from 'node:buffer';
import { type Closing, type Connection, markSuppressed, now } from '@closespan/core/platform';
import { type Context, type SpanContext, trace } from '@opentelemetry/api';
import { keyBytes } from './connection-id.ts';
import type { Handshake, HandshakeFacts } from './handshake.ts';
import { PingState } from './ping-state.ts';

type HandshakeState = Handshake | HandshakeFacts | undefined;
type Held = HandshakeState | PingState;

/** Stands in the field of the handshake for a connection whose record is made. */
const RECORDED: HandshakeState = {};

const NOT_YET = -1;
/** Stands for NaN in a field of integers. NaN is the time of an event from before observation began. */
const UNKNOWN = -2;
/**
 * Buffer in which each id is turned into text. Turning 8 bytes into text takes a fifth of the time that two numbers
 * take.
 */
const ID = Buffer.alloc(8);

/**
 * Holds the handshake of a connection that was made while a span was active, together with the context of that span.
 */
class Traced {
  readonly creation: SpanContext;
  handshake: Held;

  constructor(creation: SpanContext, handshake: Held) {
    this.creation = creation;
    this.handshake = handshake;
  }
}

/**
 * A `Connection` that takes as little memory as possible while its socket is open. A process may hold a million such
 * objects. A private method or accessor would add 8 bytes to each of them, so functions take their place.
 */
export class CompactConnection implements Connection {
  /**
   * The handshake. If a span was active when the connection was made, a `Traced` object holds the handshake and the
   * span's context in this one field.
   */
  #handshake: Held | Traced;
  /**
   * Index of the socket in the list of open sockets. Once closing has begun, this field holds a `Closing` object, which
   * has the index. So an open connection needs one field instead of two.
   */
  #placeOrClosing: number | (Closing & { place: number | undefined }) | undefined;
  /** Start of the connection, in tenths of a millisecond. A small integer takes a third of the memory of a fraction. */
  readonly #started: number;
  #opened = NOT_YET;
  /**
   * First 4 bytes of the connection's id; `#low` holds the last 4 bytes. Two small integers take less than half of the
   * memory of a text.
   */
  #high = 0;
  #low = 0;

  /**
   * Makes a connection.
   * @param active context of the code that makes the connection
   * @param startedAt monotonic milliseconds, by default now; NaN for a connection from before observation began
   */
  constructor(active: Context, startedAt: number = now(), handshake?: HandshakeState) {
    const creation = trace.getSpanContext(active);
    this.#handshake = creation ? new Traced(creation, handshake) : handshake;
    this.#placeOrClosing = undefined;
    this.#started = tenthsOf(startedAt);
    markSuppressed(active, this);
  }

  get creation(): SpanContext | undefined {
    return this.#handshake instanceof Traced ? this.#handshake.creation : undefined;
  }

  /** Handshake of a client that is still connecting; afterwards the facts that the handshake has left. */
  get handshake(): HandshakeState {
    const held = heldBy(this.#handshake);
    return held instanceof PingState ? (held.handshake as HandshakeState) : held;
  }

  set handshake(handshake: HandshakeState) {
    const { pings } = this;
    if (pings) pings.handshake = handshake;
    else this.#handshake = withHeld(this.#handshake, handshake);
  }

  /**
   * Pings of the app over this connection; `undefined` until there is one. They take the place of the handshake, which
   * they hold, so that a connection without pings needs no field for them.
   */
  get pings(): PingState | undefined {
    const held = heldBy(this.#handshake);
    return held instanceof PingState ? held : undefined;
  }

  set pings(pings: PingState) {
    pings.handshake = this.handshake;
    this.#handshake = withHeld(this.#handshake, pings);
  }

  /** Whether the record of the connection is made. From then on the connection holds no request and no response. */
  get isRecorded(): boolean {
    return this.handshake === RECORDED;
  }

  /** Notes that the record of the connection is made. */
  noteRecord(): void {
    this.handshake = RECORDED;
  }

  get closing(): Closing | undefined {
    return typeof this.#placeOrClosing === 'object' ? this.#placeOrClosing : undefined;
  }

  set closing(closing: Closing | undefined) {
    const { place } = this;
    this.#placeOrClosing = closing ? { ...closing, place } : place;
  }

  /** Index of the socket in the list of open sockets; `undefined` while the socket is not in the list. */
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

  /**
   * Sets the connection's id from a `Sec-WebSocket-Key` (RFC 6455 §4.1). A value that is no such key changes nothing.
   */
  set key(key: unknown) {
    const bytes = keyBytes(key);
    if (!bytes) return;
    this.#high = bytes.readInt32BE(0);
    this.#low = bytes.readInt32BE(4);
  }

  /**
   * Id of the connection: 16 hexadecimal digits. Without a key or a carried id, the first reading makes random digits.
   * Set it to the id that a client carried in its handshake.
   */
  set connectionId(id: string) {
    this.#high = Number.parseInt(id.slice(0, 8), 16) | 0;
    this.#low = Number.parseInt(id.slice(8), 16) | 0;
  }

  get connectionId(): string {
    if (this.#high === 0 && this.#low === 0) {
      this.#high = randomInt32();
      this.#low = randomInt32();
    }
    ID.writeInt32BE(this.#high, 0);
    ID.writeInt32BE(this.#low, 4);
    return ID.toString('hex');
  }
}

function heldBy(field: Held | Traced): Held {
  return field instanceof Traced ? field.handshake : field;
}

/** Returns the new value of a field that is to hold a handshake, or pings, beside the context of a span. */
function withHeld(field: Held | Traced, held: Held): Held | Traced {
  return field instanceof Traced ? new Traced(field.creation, held) : held;
}

function randomInt32(): number {
  return Math.floor(Math.random() * 2 ** 32) | 0;
}

function tenthsOf(millis: number): number {
  return Number.isNaN(millis) ? UNKNOWN : Math.round(millis * 10);
}

function millisOf(tenths: number): number {
  return tenths === UNKNOWN ? Number.NaN : tenths / 10;
}
