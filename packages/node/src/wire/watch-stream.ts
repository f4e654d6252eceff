import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { guard } from '@closespan/core/platform';
import { createPrivateSlot } from '../connection/private-slot.ts';
import { isDestroySeen, watchUnsentBytes } from '../connection/unsent-bytes.ts';

/** Receives the bytes of a stream, in order. */
export interface StreamWatch {
  /** Called with bytes that have come, before the app can read them. */
  noteReceived(bytes: Uint8Array): void;
  /** Called with bytes that the stream is about to pass to the system. */
  noteSent(bytes: Uint8Array): void;
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
const replaced = new WeakMap<object, Methods>();

const interceptors: Readonly<Record<Name, PropertyDescriptor>> = {
  push: intercept('push', (watch, [chunk, encoding]) => {
    if (chunk !== null) watch.noteReceived(bytesOf(chunk, encoding));
  }),
  _writeGeneric: intercept('_writeGeneric', (watch, [isMany, data, encoding]) =>
    noteWritten(watch, Boolean(isMany), data, encoding),
  ),
  _write: intercept('_write', (watch, [chunk, encoding]) => noteWritten(watch, false, chunk, encoding)),
  _writev: intercept('_writev', (watch, [chunks]) => noteWritten(watch, true, chunks)),
  _destroy: intercept('_destroy', (watch) => watch.noteEnd()),
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
  if (!isMany) watch.noteSent(bytesOf(data, encoding));
  else for (const one of data as readonly Chunk[]) watch.noteSent(bytesOf(one.chunk, one.encoding));
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
  if (Object.hasOwn(stream, name) && method !== inherited(stream, name)) {
    replaced.set(stream, { ...replaced.get(stream), [name]: method });
  }
  return Reflect.defineProperty(stream, name, interceptors[name]);
}

function intercept(
  name: Name,
  note: (watch: StreamWatch, args: readonly unknown[]) => void,
): PropertyDescriptor {
  const { [name]: value } = {
    [name](this: object, ...args: unknown[]) {
      const watch = watches.get(this);
      if (watch) guard('wire', () => note(watch, args));
      return Reflect.apply(originalOf(this, name), this, args);
    },
  };
  // Without a prototype, to which somebody may have added a `get`.
  return Object.setPrototypeOf({ configurable: true, writable: true, value }, null);
}

function originalOf(stream: object, name: Name): Method {
  return (replaced.get(stream)?.[name] ?? inherited(stream, name)) as Method;
}

function inherited(stream: object, name: Name): Method | undefined {
  return (Object.getPrototypeOf(stream) as Methods)[name];
}

/** Assigns the methods that were there. Deleting a property would make the stream slow for good. */
function putBack(stream: object): void {
  for (const name of Object.keys(interceptors) as Name[]) {
    // Somebody may have wrapped our method, which then lives on and only calls the one before.
    if ((stream as Methods)[name] === interceptors[name].value)
      Reflect.set(stream, name, originalOf(stream, name));
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding as BufferEncoding);
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}
