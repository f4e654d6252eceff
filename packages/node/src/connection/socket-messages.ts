import type { Writable } from 'node:stream';
import { ATTR_WEBSOCKET_UNSENT_MAX_SIZE } from '@closespan/core';
import { MessageCounts } from '@closespan/core/messages';
import type { Attributes } from '@opentelemetry/api';

/** Number and size of the messages of one socket, with the most bytes that waited to be sent. */
export class SocketMessages extends MessageCounts {
  /** The stream that carries the connection, where the socket itself does not show it. `undefined` until it is known. */
  wire: Pick<Writable, 'writableLength'> | undefined;
  #unsentMaxSize = 0;

  /**
   * Notes how many bytes wait in the process just after the app has sent a message.
   * @param size bytes that wait; any other value than a whole number is left out, since the app may replace the getter
   */
  noteUnsent(size: unknown): void {
    if (Number.isSafeInteger(size) && (size as number) > this.#unsentMaxSize)
      this.#unsentMaxSize = size as number;
  }

  override attributes(): Attributes {
    return {
      ...super.attributes(),
      ...(this.#unsentMaxSize > 0 && { [ATTR_WEBSOCKET_UNSENT_MAX_SIZE]: this.#unsentMaxSize }),
    };
  }
}
