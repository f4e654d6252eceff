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
type Writable = Duplex & Record<Method, (...args: unknown[]) => unknown>;

const waiting = new WeakMap<object, Answered>();
const interceptors = new WeakMap<object, object>();

/**
 * Calls back once, at the first write to a stream or at its destruction. Until then the stream has a prototype of ours
 * before its own: an own property could not be taken away again without making the stream slow for good.
 */
export function onFirstAnswer(stream: Duplex, answered: Answered): void {
  if (stream.destroyed || waiting.has(stream)) return;
  waiting.set(stream, answered);
  Object.setPrototypeOf(stream, interceptorOf(Object.getPrototypeOf(stream)));
}

/** One for each class of streams. */
function interceptorOf(prototype: object): object {
  const known = interceptors.get(prototype);
  if (known) return known;
  const intercept = (name: Method, answerOf: (argument: never) => Answer) => ({
    configurable: true,
    value(this: Writable, ...args: unknown[]) {
      const answered = waiting.get(this);
      waiting.delete(this);
      if (Object.getPrototypeOf(this) === interceptor) Object.setPrototypeOf(this, prototype);
      guard('upgrade', () => answered?.(answerOf(args[0] as never)), undefined);
      return this[name](...args);
    },
  });
  const interceptor = Object.create(prototype, {
    _write: intercept('_write', statusOf),
    _writev: intercept('_writev', ([first]: { chunk: unknown }[]) => statusOf(first?.chunk)),
    _destroy: intercept('_destroy', (error: Error | null) => ({ error })),
  });
  interceptors.set(prototype, interceptor);
  return interceptor;
}

function statusOf(chunk: unknown): Answer {
  const [, statusCode] = /^HTTP\/1\.\d (\d{3})/.exec(String(chunk)) ?? [];
  return statusCode ? { statusCode: Number(statusCode) } : {};
}
