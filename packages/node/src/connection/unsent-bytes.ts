import { Socket } from 'node:net';
import { Duplex, Readable, Stream, Writable } from 'node:stream';
import { patchBefore, stopAll } from '@closespan/core/platform';
import { noteDestroyed } from './each-destroy.ts';
import { type ConnectingSocket, noteUnconnected } from './handshake-phase.ts';

/** A TCP or TLS socket, or an HTTP/2 stream. */
type Wire = Duplex &
  ConnectingSocket & {
    /** Number of bytes that were taken from the queue to be written; absent in HTTP/2 streams. */
    readonly _bytesDispatched?: number;
    /** Node's internal handle. That of a TLS socket counts the encrypted bytes that wait. */
    readonly _handle?: { readonly writeQueueSize?: number } | null;
  };

/** Streams that were destroyed with bytes in their queue, and the number of these bytes. */
const left = new WeakMap<object, number>();
/**
 * Streams whose `end()` was called with bytes in their queue. The number is that of all bytes until the call: those that
 * were written, and those in the queue.
 */
const ended = new WeakMap<object, number>();
/** Streams whose `end()` was called before the other side had ended them. */
const endedFirst = new WeakSet<object>();
/** Prototypes of streams whose method `_destroy` was looked for. */
let looked = new WeakSet<object>();
/** Prototypes whose methods are patched, and functions that stop the patches. */
const patched = new Map<object, (() => void)[]>();
/** Prototypes of Node from which streams of every kind inherit. They are not patched. */
const SHARED: readonly unknown[] = [Duplex, Readable, Stream, Writable].map(({ prototype }) => prototype);

/**
 * Notes from now on how many bytes wait in a TCP or TLS socket, or in an HTTP/2 stream, when it is destroyed. Node
 * empties the queue before anybody is told of the end. The class of the stream is patched in place, once: its methods
 * `_destroy` and `end`, through which no messages pass.
 */
export function watchUnsentBytes(stream: Duplex | null | undefined): void {
  const prototype = stream && Object.getPrototypeOf(stream);
  if (prototype) watchClass(prototype);
}

/** Notes from now on in which phase of a handshake a TCP or TLS socket is destroyed. */
export function watchHandshakePhases(): void {
  // The class of TLS sockets inherits the method.
  watchClass(Socket.prototype);
}

function watchClass(prototype: object): void {
  if (looked.has(prototype)) return;
  looked.add(prototype);
  const owner = ownerOfDestroy(prototype);
  if (!owner || SHARED.includes(owner) || patched.has(owner)) return;
  const stop = patchBefore(owner, '_destroy', noteDestroy);
  const stopEnd = stop && patchBefore(owner, 'end', noteEnd);
  patched.set(
    owner,
    [stop, stopEnd].filter((one) => one !== undefined),
  );
}

/**
 * Returns the number of bytes that never left this end.
 * @param stream the TCP or TLS socket, or the HTTP/2 stream, that carries the connection
 * @param counted number of bytes that the library counts at this moment, those in the stream's queue included
 */
export function unsentBytes(stream: Duplex | null | undefined, counted: number): number {
  const noted = stream && left.get(stream);
  if (!noted) return counted;
  // The library may still count messages that it has not handed to the stream.
  return noted + Math.max(0, counted - stream.writableLength);
}

/** Says whether this process has ended a stream in order, before the other side had. */
export function isEndedHere(stream: Duplex): boolean {
  return endedFirst.has(stream);
}

/** Returns whether the method `_destroy` that a stream has is patched by `watchUnsentBytes()`. */
export function isDestroySeen(stream: Duplex): boolean {
  const owner = ownerOfDestroy(stream);
  return owner !== undefined && Boolean(patched.get(owner)?.length);
}

/** Restores the patched classes. */
export function stopWatchingUnsentBytes(): void {
  stopAll([...patched.values()].flat());
  patched.clear();
  looked = new WeakSet();
}

function noteDestroy(self: object, [error]: readonly unknown[]): undefined {
  const stream = self as Wire;
  const { writableLength, errored, connecting, secureConnecting } = stream;
  if (connecting || secureConnecting) noteUnconnected(stream, error);
  const unsent = writableLength || (errored ? lostByWrite(stream) : 0);
  if (unsent > 0) left.set(stream, unsent);
  noteDestroyed(stream, error);
}

/**
 * Returns the number of bytes that a failed write has lost, as far as it is known. Such a write empties the queue before
 * the stream is destroyed.
 */
function lostByWrite(stream: Wire): number {
  const { _bytesDispatched: written = 0, _handle } = stream;
  const queued = (ended.get(stream) ?? written) - written;
  return queued + (_handle?.writeQueueSize ?? 0);
}

/** Notes a stream that is to end once its queue is empty, and whether the other side has ended the stream before. */
function noteEnd(self: object): undefined {
  const stream = self as Wire;
  // A library, and Node itself, may end a stream several times.
  if (stream.writableEnded) return;
  if (!stream.readableEnded) endedFirst.add(stream);
  const { writableLength, _bytesDispatched = 0 } = stream;
  if (writableLength > 0) ended.set(stream, writableLength + _bytesDispatched);
}

/** Finds the class in a prototype chain that itself has the method `_destroy`. */
function ownerOfDestroy(prototype: object): object | undefined {
  for (let one: object | null = prototype; one; one = Object.getPrototypeOf(one)) {
    if (Object.hasOwn(one, '_destroy')) return one;
  }
  return undefined;
}
