import { Buffer } from 'node:buffer';
import { type Closing, type Connection, now } from '@closespan/core/platform';
import { type Context, type SpanContext, trace } from '@opentelemetry/api';
import { keyBytes } from './connection-id.ts';
import type { Handshake, HandshakeFacts } from './handshake.ts';

type HandshakeState = Handshake | HandshakeFacts | undefined;

const NOT_YET = -1;
/** Stands for NaN, the time of an event from before observation began, in a field of integers. */
const UNKNOWN = -2;
/** Scratch bytes for ids: to format 8 bytes costs a fifth of formatting two numbers. */
const ID = Buffer.alloc(8);

/** Holds the handshake of a connection that was made within a span, together with that span's context. */
class Traced {
  readonly creation: SpanContext;
  handshake: HandshakeState;

  constructor(creation: SpanContext, handshake: HandshakeState) {
    this.creation = creation;
    this.handshake = handshake;
  }
}

/**
 * A `Connection` in as few bytes as possible, held while its socket is open. Each byte counts, since a process may hold
 * a million of them.
 */
export class CompactConnection implements Connection {
  /** The handshake. Where the connection was made within a span, a `Traced` object holds both in this one field. */
  #handshake: HandshakeState | Traced;
  /**
   * Index in the list of open sockets. Once closing has begun, the index moves into the `Closing` object, so that an
   * open connection needs one field instead of two.
   */
  #placeOrClosing: number | (Closing & { place: number | undefined }) | undefined;
  /** Tenths of milliseconds: a small integer takes a third of the bytes of a fraction. */
  readonly #started: number;
  #opened = NOT_YET;
  /** The first 4 bytes of the id. Two small integers take less than half of the bytes of a text. */
  #high = 0;
  #low = 0;

  /**
   * @param active context of the code that makes the connection
   * @param startedAt monotonic milliseconds; NaN for a connection from before observation began
   */
  constructor(active: Context, startedAt: number = now(), handshake?: HandshakeState) {
    const creation = trace.getSpanContext(active);
    this.#handshake = creation ? new Traced(creation, handshake) : handshake;
    this.#placeOrClosing = undefined;
    this.#started = tenthsOf(startedAt);
  }

  get creation(): SpanContext | undefined {
    return this.#handshake instanceof Traced ? this.#handshake.creation : undefined;
  }

  /** A client's handshake while it goes on; afterwards the facts that the handshake left. */
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

  /** Index in the list of open sockets; `undefined` while the socket is not in the list. */
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

  /** Derives the id from a `Sec-WebSocket-Key` (RFC 6455 §4.1). A value that is no key changes nothing. */
  set key(key: unknown) {
    const bytes = keyBytes(key);
    if (!bytes) return;
    this.#high = bytes.readInt32BE(0);
    this.#low = bytes.readInt32BE(4);
  }

  /** Sets the id that a client carried in its handshake: 16 hexadecimal digits. */
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
