import { Buffer } from 'node:buffer';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Closing, type Connection, now } from '@closespan/core';
import { type Context, type SpanContext, trace } from '@opentelemetry/api';

type Request = ClientRequest & { res?: IncomingMessage };

/** What a `ws` socket is held by while it is open; each byte counts, since there may be a million of them. */
export class WsConnection implements Connection {
  readonly startedAt: number;
  openedAt: number | undefined;
  readonly creation: SpanContext | undefined;
  closing: Closing | undefined;
  /** A client's request until the handshake is over; on a server the URL by which it was reached. */
  handshake: Request | string | undefined;
  /** Two small integers take less than half of what their digits would. */
  #high = 0;
  #low = 0;

  /** @param startedAt NaN when the connection was made before observation began */
  constructor(active: Context, startedAt: number = now(), handshake?: Request | string) {
    this.startedAt = startedAt;
    this.openedAt = undefined;
    this.creation = trace.getSpanContext(active);
    this.closing = undefined;
    this.handshake = handshake;
  }

  /** Derives the id from a `Sec-WebSocket-Key`, its first 8 bytes; what is no key derives none (RFC 6455 §4.1). */
  set key(key: unknown) {
    if (typeof key !== 'string' || key.length !== 24) return;
    const bytes = Buffer.from(key, 'base64');
    this.#high = bytes.readInt32BE(0);
    this.#low = bytes.readInt32BE(4);
  }

  forgetKey(): void {
    this.#high = 0;
    this.#low = 0;
  }

  get connectionId(): string | undefined {
    if (this.#high === 0 && this.#low === 0) return undefined;
    return hex(this.#high) + hex(this.#low);
  }
}

function hex(integer: number): string {
  return (integer >>> 0).toString(16).padStart(8, '0');
}
