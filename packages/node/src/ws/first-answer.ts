import type { Duplex } from 'node:stream';
import { guard } from '@closespan/core';

/** What an upgrade request was answered with. */
export interface Answer {
  /** HTTP status; `undefined` where the socket was destroyed before any, or what was written is no HTTP. */
  readonly statusCode?: number;
  /** What destroyed the socket. */
  readonly error?: NodeJS.ErrnoException | null;
}

type Answered = (answer: Answer) => void;
type Method = '_write' | '_writev' | '_destroy';
/** A stream without `_writev` is written to piece by piece. */
type Methods = Record<Method, ((...args: unknown[]) => unknown) | undefined>;

/** What each stream has instead of our methods. */
const waiting = new WeakMap<object, Methods & { readonly answered: Answered }>();
const interceptors = {
  _write: intercept('_write', statusOf),
  _writev: intercept('_writev', ([first]: { chunk: unknown }[]) => statusOf(first?.chunk)),
  _destroy: intercept('_destroy', (error: Error | null) => ({ error })),
};
const { _writev: _, ...withoutWritev } = interceptors;

/**
 * Calls back once, at the first write to a stream or at its destruction. Until then the stream has methods of its own,
 * from then on those of its class under the same keys. To delete the keys would make the stream slow for good; to put a
 * prototype before its own and take it away costs a connection more than all else that we do for it.
 */
export function onFirstAnswer(stream: Duplex, answered: Answered): void {
  if (stream.destroyed || waiting.has(stream)) return;
  const { _write, _writev, _destroy } = stream as Methods;
  waiting.set(stream, { _write, _writev, _destroy, answered });
  Object.defineProperties(stream, _writev ? interceptors : withoutWritev);
}

function intercept(name: Method, answerOf: (argument: never) => Answer): PropertyDescriptor {
  return {
    configurable: true,
    writable: true,
    value(this: Methods, ...args: unknown[]) {
      const held = waiting.get(this);
      waiting.delete(this);
      if (held) restore(this, held);
      guard('upgrade', () => held?.answered(answerOf(args[0] as never)), undefined);
      // Ours may live on inside of what somebody put around it.
      const original = held?.[name] ?? Object.getPrototypeOf(this)[name];
      return Reflect.apply(original, this, args);
    },
  };
}

function restore(stream: Methods, originals: Methods): void {
  for (const name of ['_write', '_writev', '_destroy'] as const) {
    if (stream[name] === interceptors[name].value) stream[name] = originals[name];
  }
}

function statusOf(chunk: unknown): Answer {
  const [, statusCode] = /^HTTP\/1\.\d (\d{3})/.exec(String(chunk)) ?? [];
  return statusCode ? { statusCode: Number(statusCode) } : {};
}
