import type { Attributes } from '@opentelemetry/api';
import { type Connection, now } from '../record/connection.ts';
import { ATTR_WEBSOCKET_IDLE_DURATION, ATTR_WEBSOCKET_SILENCE_DURATION } from '../semconv.ts';
import { MessageCounts } from './message-counts.ts';

/** Messages of one connection, with the times of the last ones. */
export class MessageTraffic {
  readonly #counts = new MessageCounts();
  /** Time of the last message of the peer, in monotonic milliseconds. `undefined` before the first one. */
  #receivedAt: number | undefined;
  /**
   * Time of the last message of this end, in epoch milliseconds: in a page that clock takes a fifth of the time.
   * `undefined` before the first message.
   */
  #sentAt: number | undefined;

  /**
   * Counts a message that the app receives.
   * @param size bytes of the payload
   * @param at time of the message, in monotonic milliseconds
   */
  noteReceived(size: number, at: number): void {
    this.#counts.noteReceived(size);
    this.#receivedAt = at;
  }

  /** Counts a message that the app sends now, by the bytes of its payload. */
  noteSent(size: number): void {
    this.#counts.noteSent(size);
    this.#sentAt = Date.now();
  }

  /**
   * Returns counts and silence as attributes of the close span, for a connection that ends now. Silence lasts from the
   * last message, or from the opening if there was none. If neither was seen, silence is absent.
   * @param seesSent whether sent messages are seen; without them, attributes that need them are absent
   */
  attributes({ openedAt = Number.NaN }: Connection, seesSent: boolean): Attributes {
    const time = now();
    const silence = (time - (this.#receivedAt ?? openedAt)) / 1000;
    const sinceOpen = (time - openedAt) / 1000;
    // A clock that was set back leaves less than nothing.
    const sinceSent = this.#sentAt === undefined ? sinceOpen : Math.max(0, Date.now() - this.#sentAt) / 1000;
    return {
      ...this.#counts.attributes(seesSent),
      ...(silence >= 0 && { [ATTR_WEBSOCKET_SILENCE_DURATION]: silence }),
      ...(silence >= 0 && seesSent && { [ATTR_WEBSOCKET_IDLE_DURATION]: Math.min(silence, sinceSent) }),
    };
  }
}
