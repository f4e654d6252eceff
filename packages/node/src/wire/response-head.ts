import { Buffer } from 'node:buffer';
import { cut, flat } from '@closespan/core/platform';
import { namesIn } from '../connection/names-in.ts';
import { isInterimResponse } from '../runtime/is-interim-response.ts';

/** Largest number of bytes of a response whose head is read. */
const LONGEST = 65_536;
const LONGEST_TEXT = 256;
const START = 'HTTP/1.';
const END = '\r\n\r\n';

/** Subprotocol and extensions on which both ends have agreed in the handshake (RFC 6455 §1.9, §9). */
export interface Agreement {
  readonly subprotocol: string;
  /** Names of the extensions, without their parameters. */
  readonly extensions: string;
}

/** Reads the head of a response with status 101 from the bytes that a server writes. */
export class ResponseHead {
  #text = '';

  /** Whether the head is too long to be read. */
  get isTooLong(): boolean {
    return this.#text.length > LONGEST;
  }

  /** Returns the bytes after the head; `undefined` while the head is not complete. */
  read(bytes: Uint8Array): Uint8Array | undefined {
    const before = this.#text.length;
    this.#text += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    let start = 0;
    for (;;) {
      const end = this.#text.indexOf(END, start);
      if (end < 0) return undefined;
      const next = end + END.length;
      if (!isInterimResponse(statusOf(this.#text.slice(start, start + 12)))) {
        this.#text = this.#text.slice(start, end);
        return bytes.subarray(Math.max(0, next - before));
      }
      start = next;
    }
  }

  /** Status of the response; NaN while the head is not complete, or if the bytes are no response. */
  get statusCode(): number {
    return statusOf(this.#text);
  }

  /** Whether the bytes cannot be a response of HTTP/1 (RFC 9112 §4). */
  get isForeign(): boolean {
    return !this.#text.startsWith(START.slice(0, this.#text.length));
  }

  /** Names, in lower case, and values of the headers, one after the other. */
  get headers(): string[] {
    return headersIn(this.#text);
  }

  /** Returns the agreement that the head contains. */
  get agreement(): Agreement {
    const { headers } = this;
    return agreementOf(
      valueIn(headers, 'sec-websocket-protocol'),
      valueIn(headers, 'sec-websocket-extensions'),
    );
  }
}

/** Makes an agreement from the values of the headers of a response. */
export function agreementOf(subprotocol: string, extensions: string): Agreement {
  return { subprotocol: textOf(subprotocol), extensions: textOf(namesIn(extensions).join()) };
}

/** Returns a text that keeps no longer text in memory. */
function textOf(text: string): string {
  return flat(cut(text.trim(), LONGEST_TEXT));
}

function statusOf(text: string): number {
  return Number(/^HTTP\/1\.\d (\d{3})/.exec(text)?.[1]);
}

/** Returns names, in lower case, and values of the headers in the head of a message (RFC 9112 §5). */
export function headersIn(head: string): string[] {
  return head
    .split('\r\n')
    .slice(1)
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
}

/** Returns the value of a header; values of several headers with one name become a list. Empty if there is none. */
export function valueIn(headers: readonly string[], name: string): string {
  return headers.filter((_, i) => i % 2 === 1 && headers[i - 1] === name).join();
}
