import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_WEBSOCKET_MESSAGE_RECEIVED_COUNT,
  ATTR_WEBSOCKET_MESSAGE_RECEIVED_MAX_SIZE,
  ATTR_WEBSOCKET_MESSAGE_RECEIVED_SIZE,
  ATTR_WEBSOCKET_MESSAGE_SENT_COUNT,
  ATTR_WEBSOCKET_MESSAGE_SENT_SIZE,
} from '../semconv.ts';

/** Number and size of the messages of one connection. No part of a message is kept. */
export class MessageCounts {
  #receivedCount = 0;
  #receivedSize = 0;
  #receivedMaxSize = 0;
  /** Bytes of the parts that have come of a message whose last part has not. */
  #partsSize = 0;
  #sentCount = 0;
  #sentSize = 0;

  /**
   * Counts a message that the app receives, or one part of such a message.
   * @param size bytes of the payload
   * @param isLast whether no further part of the message follows
   */
  noteReceived(size: number, isLast = true): void {
    const whole = this.#partsSize + size;
    this.#partsSize = isLast ? 0 : whole;
    this.#receivedSize += size;
    if (!isLast) return;
    this.#receivedCount++;
    if (whole > this.#receivedMaxSize) this.#receivedMaxSize = whole;
  }

  /**
   * Counts a message that the app sends, or one part of such a message.
   * @param size bytes of the payload
   * @param isLast whether no further part of the message follows
   */
  noteSent(size: number, isLast = true): void {
    if (isLast) this.#sentCount++;
    this.#sentSize += size;
  }

  /**
   * Returns the counts as attributes of the close span.
   * @param seesSent whether sent messages are seen; without them their attributes are absent
   */
  attributes(seesSent = true): Attributes {
    return {
      [ATTR_WEBSOCKET_MESSAGE_RECEIVED_COUNT]: this.#receivedCount,
      [ATTR_WEBSOCKET_MESSAGE_RECEIVED_SIZE]: this.#receivedSize,
      ...(this.#receivedCount > 0 && { [ATTR_WEBSOCKET_MESSAGE_RECEIVED_MAX_SIZE]: this.#receivedMaxSize }),
      ...(seesSent && {
        [ATTR_WEBSOCKET_MESSAGE_SENT_COUNT]: this.#sentCount,
        [ATTR_WEBSOCKET_MESSAGE_SENT_SIZE]: this.#sentSize,
      }),
    };
  }
}
