import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { guard } from '@closespan/core/platform';
import { onEachDestroy } from '../connection/each-destroy.ts';
import { isDestroySeen, watchUnsentBytes } from '../connection/unsent-bytes.ts';
import { afterInterimResponses, type FinalResponse, readFinalResponse } from './read-response.ts';

type Method = '_write' | '_writev' | '_writeGeneric' | '_destroy';
/**
 * Methods of a stream, by name. Node writes to a stream without `_writev` piece by piece. In a TCP or TLS socket, both
 * ways lead to `_writeGeneric`.
 */
type Methods = Record<Method, ((...args: unknown[]) => unknown) | undefined>;

/**
 * A stream on which a server has not written its final response yet, with the methods that the stream had before the
 * patch.
 */
interface AwaitedResponse extends Methods {
  readonly onResponse: OnFinalResponse;
  /**
   * The upgrade request, if the server may first write the response to an earlier request on the stream; else
   * `undefined`.
   */
  readonly queued: object | undefined;
  /** Names of the methods that are patched. */
  readonly names: readonly Method[];
  /** Text that the server has written after the last complete interim response. */
  text: string;
}

/** Members of a server's socket that closespan reads. */
interface RespondingStream extends Methods {
  /** The response that Node is writing; `null` or absent if there is none. */
  readonly _httpMessage?: { readonly req?: object } | null;
}

/** Arguments of a stream's method, in the order of `_writeGeneric`. */
type Written = readonly [isMany: boolean, data: unknown, encoding?: unknown];

/**
 * Called with the final response. The further parameters are those of the write with its status line: whether there are
 * many chunks, the chunk or the chunks, and the encoding of a chunk that is a text.
 */
type OnFinalResponse = (response: FinalResponse, ...written: Partial<Written>) => void;

/** Most sockets have room for one more property, and would grow by 24 bytes for a second one. */
const OF_SOCKETS = ['_writeGeneric'] as const;
const WITHOUT_WRITEV = ['_write', '_destroy'] as const;
const OF_STREAMS = [...WITHOUT_WRITEV, '_writev'] as const;
const awaitedByStream = new WeakMap<object, AwaitedResponse>();
/** Streams of which other code has wrapped a method of ours, which would call a second one of ours for ever. */
const wrapped = new WeakSet<object>();
const interceptors = {
  _write: intercept('_write', ([chunk, encoding]) => [false, chunk, encoding]),
  _writev: intercept('_writev', ([chunks]) => [true, chunks]),
  _writeGeneric: intercept('_writeGeneric', ([isMany, data, encoding]) => [Boolean(isMany), data, encoding]),
  _destroy: intercept('_destroy', () => undefined),
};
onEachDestroy(noteDestroy);

/**
 * Calls `onResponse` once, when a server writes the final response to a request, or when the stream is destroyed.
 *
 * Until then the stream has patched methods. Afterwards the stream has the methods of its class again, under the same
 * keys. Deleting the keys would make the stream slow for good. Adding a prototype and removing it later would cost a
 * connection more than the rest of the observation.
 */
export function onFinalResponse(stream: Duplex, request: object, onResponse: OnFinalResponse): void {
  if (stream.destroyed || awaitedByStream.has(stream) || wrapped.has(stream)) return;
  // First, since the methods that the stream has now are those that it gets back.
  watchUnsentBytes(stream);
  const responding = stream as unknown as RespondingStream;
  const { _write, _writev, _writeGeneric, _destroy, _httpMessage } = responding;
  const queued = _httpMessage ? request : undefined;
  const names = methodsToPatch(stream, responding);
  const methods = { _write, _writev, _writeGeneric, _destroy };
  const awaited: AwaitedResponse = { ...methods, onResponse, queued, names, text: '' };
  for (const name of names) {
    if (Reflect.defineProperty(stream, name, interceptors[name])) continue;
    // With half of the methods, a response would look like a stream that was destroyed without a response.
    putMethodsBack(responding, awaited);
    return;
  }
  awaitedByStream.set(stream, awaited);
}

/** Notes the end of a socket, whose class shows that the socket is destroyed. */
function noteDestroy(stream: object, error: unknown): void {
  const awaited = awaitedByStream.get(stream);
  if (awaited?.names === OF_SOCKETS) look(stream as RespondingStream, awaited, undefined, error);
}

/** Chooses the methods of a stream that show a response: one is enough for a socket of which nobody has replaced any. */
function methodsToPatch(stream: Duplex, { _write, _writev, _writeGeneric }: Methods): readonly Method[] {
  const { prototype }: { prototype: Methods } = Socket as never;
  const isSocket = _writeGeneric && _write === prototype._write && _writev === prototype._writev;
  if (isSocket && isDestroySeen(stream)) return OF_SOCKETS;
  return _writev ? OF_STREAMS : WITHOUT_WRITEV;
}

/** @param writtenBy returns the arguments of a write; `undefined` for the method that destroys the stream */
function intercept(
  name: Method,
  writtenBy: (args: readonly unknown[]) => Written | undefined,
): PropertyDescriptor {
  const descriptor: PropertyDescriptor = {
    configurable: true,
    writable: true,
    value(this: RespondingStream, ...args: unknown[]) {
      const awaited = awaitedByStream.get(this);
      if (awaited) guard('upgrade', () => look(this, awaited, writtenBy(args), args[0]), undefined);
      // Somebody may have wrapped our method, which then lives on after the response.
      const original = awaited?.[name] ?? Object.getPrototypeOf(this)[name];
      return Reflect.apply(original, this, args);
    },
  };
  // Without a prototype, to which somebody may have added a `get`.
  return Object.setPrototypeOf(descriptor, null);
}

function look(
  stream: RespondingStream,
  awaited: AwaitedResponse,
  written: Written | undefined,
  error: unknown,
): void {
  // Removed first, so that a throw below ends the observation, too.
  awaitedByStream.delete(stream);
  const response = written ? responseIn(written, awaited, stream) : { error: error as Error | null };
  if (response) {
    putMethodsBack(stream, awaited);
    if (written) awaited.onResponse(response, ...written);
    else awaited.onResponse(response);
  } else awaitedByStream.set(stream, awaited);
}

function putMethodsBack(stream: Methods, originals: AwaitedResponse): void {
  for (const name of originals.names) {
    if (stream[name] === interceptors[name].value) putBack(stream, name, originals);
    else if (stream[name] !== originals[name]) wrapped.add(stream);
  }
}

/** Assigns an original method. `Reflect.set`, which does not throw, takes ten times as long. */
function putBack(stream: Methods, name: Method, originals: Methods): void {
  try {
    stream[name] = originals[name];
  } catch {
    // The property was frozen since. Our method then only calls that of the class.
  }
}

function responseIn(
  [isMany, data]: Written,
  awaited: AwaitedResponse,
  stream: RespondingStream,
): FinalResponse | undefined {
  for (const chunk of isMany ? (data as { chunk: unknown }[]).map((one) => one.chunk) : [data]) {
    const response = responseInChunk(chunk, awaited, stream);
    if (response) return response;
  }
  return undefined;
}

function responseInChunk(
  chunk: unknown,
  awaited: AwaitedResponse,
  { _httpMessage }: RespondingStream,
): FinalResponse | undefined {
  const text = afterInterimResponses(awaited.text + chunk);
  const response = readFinalResponse(text);
  // A 101 is the response to our request all the same: an app may upgrade before the earlier response is written.
  const isEarlier = awaited.queued && _httpMessage && _httpMessage.req !== awaited.queued;
  if (isEarlier && response?.statusCode !== 101) return undefined;
  awaited.text = text;
  return response;
}
