import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { flat, now } from '@closespan/core/platform';
import { type Context, context } from '@opentelemetry/api';
import { headersIn, ResponseHead, valueIn } from './response-head.ts';
import { type StreamWatch, unwatchStream, watchStream } from './watch-stream.ts';

/** Largest number of bytes of a request whose head is read. */
const LONGEST = 16_384;
const START = 'GET ';
const END = '\r\n\r\n';

/** Callbacks for the steps of a handshake that a client writes itself. */
export interface RawEvents {
  /**
   * Called when the request is complete.
   * @param chunk the last bytes of the request; `undefined` if the client wrote them as a text
   * @returns whether the handshake is followed
   */
  requested(attempt: RawAttempt, chunk: Uint8Array | undefined): boolean;
  /** Called with the response of status 101, and with the bytes after its head. */
  upgraded(attempt: RawAttempt, response: ResponseHead, rest: Uint8Array): void;
  /** Called when the server refuses the handshake, or when the connection ends before a response. */
  failed(attempt: RawAttempt, response: ResponseHead | undefined): void;
}

/** Members of a TCP socket that closespan reads. */
type ClientSocket = Socket & { readonly _httpMessage?: unknown };

/** A TCP or TLS connection of a client that may be about to send a request for an upgrade to WebSocket. */
export class RawAttempt implements StreamWatch {
  readonly stream: ClientSocket;
  readonly active: Context = context.active();
  readonly startedAt: number = now();
  /** Path of the Unix socket; `undefined` for TCP. */
  readonly socketPath: string | undefined;
  #request = '';
  #response: ResponseHead | undefined;
  #isPending = false;
  readonly #events: RawEvents;

  constructor(stream: Socket, socketPath: string | undefined, events: RawEvents) {
    this.stream = stream;
    this.socketPath = socketPath;
    this.#events = events;
  }

  /** URL that the request asks for, as the client of a WebSocket writes it. */
  get url(): string {
    const { encrypted, remoteAddress } = this.stream as Socket & { readonly encrypted?: boolean };
    const target = /^GET (\S+)/.exec(this.#request)?.[1] ?? '/';
    // A client may send the whole URL, as to a proxy (RFC 9112 §3.2.2).
    if (/^(?:http|ws)s?:\/\//i.test(target)) return flat(target.replace(/^http/i, 'ws'));
    const host = this.header('host') || (remoteAddress ?? 'localhost');
    // A part of the request would keep all of it in memory.
    return flat(`${encrypted ? 'wss' : 'ws'}://${host}${target}`);
  }

  /** Returns the value of a header of the request; empty if there is none. */
  header(name: string): string {
    return valueIn(headersIn(this.#request), name);
  }

  noteSent(bytes: Uint8Array, isText: boolean): void {
    if (this.#response) return;
    // Node passes bytes that waited for the connection a second time.
    if (this.#isPending && !this.stream.connecting) {
      this.#isPending = false;
      return;
    }
    this.#isPending = this.stream.connecting;
    // These sockets are left before their bytes are copied. Node's HTTP client tells of its requests itself.
    const isOther = this.#request === '' && bytes.length > 0 && bytes[0] !== START.charCodeAt(0);
    if (isOther || this.stream._httpMessage || this.#request.length + bytes.length > LONGEST) {
      unwatchStream(this.stream);
      return;
    }
    this.#request += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const mayBegin = this.#request.startsWith(START) || START.startsWith(this.#request);
    if (!mayBegin) unwatchStream(this.stream);
    else if (this.#request.includes(END)) this.#noteRequest(isText ? undefined : bytes);
  }

  noteReceived(bytes: Uint8Array): void {
    const response = this.#response;
    const rest = response?.read(bytes);
    if (!response || (!rest && !response.isTooLong)) return;
    if (rest && response.statusCode === 101) this.#events.upgraded(this, response, rest);
    else this.#fail(response);
  }

  noteEnd(): void {
    if (this.#response) this.#fail(undefined);
  }

  /** Whether bytes have come that are no response of HTTP. */
  get isForeign(): boolean {
    return Boolean(this.#response?.isForeign);
  }

  #noteRequest(bytes: Uint8Array | undefined): void {
    const isHandshake =
      this.header('upgrade').toLowerCase() === 'websocket' && this.header('sec-websocket-key') !== '';
    if (isHandshake && this.#events.requested(this, bytes) && watchStream(this.stream, this)) {
      this.#response = new ResponseHead();
    } else unwatchStream(this.stream);
  }

  #fail(response: ResponseHead | undefined): void {
    unwatchStream(this.stream);
    this.#events.failed(this, response);
  }
}
