import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { diag, guard, NAME } from '@closespan/core/platform';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { isDestroySeen, watchUnsentBytes } from '../connection/unsent-bytes.ts';

/** Receives the bytes of a stream, in order. */
export interface StreamWatch {
  /** Called with bytes that have come, before the app can read them. */
  noteReceived(bytes: Uint8Array): void;
  /**
   * Called with bytes that the stream is about to pass to the system.
   * @param isText whether the bytes were made of a text here
   */
  noteSent(bytes: Uint8Array, isText: boolean): void;
  /** Called when the stream is being destroyed. */
  noteEnd(): void;
}

type Name = 'push' | '_writeGeneric' | '_write' | '_writev' | '_destroy';
type Method = (this: object, ...args: unknown[]) => unknown;
type Methods = Partial<Record<Name, Method>>;
/** A chunk of several that a stream writes together. */
interface Chunk {
  readonly chunk: unknown;
  readonly encoding?: unknown;
}

/** In a TCP or TLS socket, both ways of writing lead to `_writeGeneric`. */
const OF_SOCKETS: readonly Name[] = ['push', '_writeGeneric'];
const OF_STREAMS: readonly Name[] = ['push', '_write', '_writev'];

const watches = createPrivateSlot<StreamWatch | undefined>();
/** Methods of streams that had methods of their own, and not only those of their class. */
const replaced = createPrivateSlot<Methods>();

/** Written out with their parameters: each message runs through two of them. */
const METHODS: Readonly<Record<Name, Method>> = {
  push(chunk, encoding) {
    const watch = watches.get(this);
    if (watch && chunk !== null) noteRead(watch, chunk, encoding);
    return (replaced.get(this)?.push ?? classOf(this).push)?.call(this, chunk, encoding);
  },
  _writeGeneric(isMany, data, encoding, callback) {
    const watch = watches.get(this);
    if (watch) noteWritten(watch, Boolean(isMany), data, encoding);
    const method = replaced.get(this)?._writeGeneric ?? classOf(this)._writeGeneric;
    return method?.call(this, isMany, data, encoding, callback);
  },
  _write(chunk, encoding, callback) {
    const watch = watches.get(this);
    if (watch) noteWritten(watch, false, chunk, encoding);
    return (replaced.get(this)?._write ?? classOf(this)._write)?.call(this, chunk, encoding, callback);
  },
  _writev(chunks, callback) {
    const watch = watches.get(this);
    if (watch) noteWritten(watch, true, chunks);
    return (replaced.get(this)?._writev ?? classOf(this)._writev)?.call(this, chunks, callback);
  },
  _destroy(error, callback) {
    const watch = watches.get(this);
    if (watch) guard('wire', () => watch.noteEnd());
    return (replaced.get(this)?._destroy ?? classOf(this)._destroy)?.call(this, error, callback);
  },
};

/**
 * Watches the bytes of a stream in both directions. No listener is added and nothing is read, so that the flow of the
 * stream stays as it is. The stream gets properties of its own, which are not enumerable.
 * @returns `false` if the stream cannot be watched, for example because it is frozen
 */
export function watchStream(stream: Duplex, watch: StreamWatch): boolean {
  watchUnsentBytes(stream);
  const names = namesFor(stream);
  if (!names.every((name) => replace(stream, name))) {
    putBack(stream);
    return false;
  }
  watches.set(stream, watch);
  return true;
}

/**
 * Watches the bytes that a TCP or TLS socket writes.
 * @returns `false` if the socket cannot be watched
 */
export function watchWrites(stream: Duplex, watch: StreamWatch): boolean {
  if (namesFor(stream).includes('_write') || !replace(stream, '_writeGeneric')) return false;
  watches.set(stream, watch);
  return true;
}

/** Ends the watch of a stream, which has the methods of its class again. */
export function unwatchStream(stream: object): void {
  watches.set(stream, undefined);
  putBack(stream);
}

/** Returns the watch of a stream; `undefined` if the stream is not watched. */
export function watchOf(stream: object): StreamWatch | undefined {
  return watches.get(stream);
}

/** Passes bytes to a watch that a stream writes. The arguments are those of `_writeGeneric`. */
export function noteWritten(watch: StreamWatch, isMany: boolean, data: unknown, encoding?: unknown): void {
  // Not `guard`, whose function would be made for each message.
  try {
    if (!isMany) watch.noteSent(bytesOf(data, encoding), typeof data === 'string');
    else {
      const chunks = data as readonly Chunk[];
      for (let i = 0; i < chunks.length; i++) {
        const { chunk, encoding: ofChunk } = chunks[i] as Chunk;
        watch.noteSent(bytesOf(chunk, ofChunk), typeof chunk === 'string');
      }
    }
  } catch (error) {
    diag.error(`${NAME}: wire threw`, error);
  }
}

function noteRead(watch: StreamWatch, chunk: unknown, encoding: unknown): void {
  try {
    watch.noteReceived(bytesOf(chunk, encoding));
  } catch (error) {
    diag.error(`${NAME}: wire threw`, error);
  }
}

function namesFor(stream: Duplex): readonly Name[] {
  const { _write, _writev, _writeGeneric } = stream as Methods;
  const { prototype } = Socket as unknown as { readonly prototype: Methods };
  const isSocket = _writeGeneric && _write === prototype._write && _writev === prototype._writev;
  const names = isSocket ? OF_SOCKETS : OF_STREAMS.filter((name) => name !== '_writev' || _writev);
  return isDestroySeen(stream) ? names : [...names, '_destroy'];
}

function replace(stream: object, name: Name): boolean {
  const method = (stream as Methods)[name];
  const isKnown = method === METHODS[name] || method === classOf(stream)[name];
  if (!isKnown) replaced.set(stream, { ...replaced.get(stream), [name]: method });
  const descriptor = { configurable: true, writable: true, value: METHODS[name] };
  // Without a prototype, to which somebody may have added a `get`.
  return Reflect.defineProperty(stream, name, Object.setPrototypeOf(descriptor, null));
}

function classOf(stream: object): Methods {
  return Object.getPrototypeOf(stream);
}

/** Assigns the methods that were there. Deleting a property would make the stream slow for good. */
function putBack(stream: object): void {
  for (const name of Object.keys(METHODS) as Name[]) {
    // Somebody may have wrapped our method, which then lives on and only calls the one before.
    if ((stream as Methods)[name] === METHODS[name])
      Reflect.set(stream, name, replaced.get(stream)?.[name] ?? classOf(stream)[name]);
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : new Uint8Array();
}
