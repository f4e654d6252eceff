import type { Duplex } from 'node:stream';
import { guard } from '@closespan/core/platform';
import { type Answer, readAnswer } from './read-response.ts';

type Answered = (answer: Answer) => void;
type Method = '_write' | '_writev' | '_destroy';
/** A stream without `_writev` is written to piece by piece. */
type Methods = Record<Method, ((...args: unknown[]) => unknown) | undefined>;
interface Waiting extends Methods {
  readonly answered: Answered;
  /** The request, where the answer to one that was sent before it may still come first. */
  readonly queued: object | undefined;
  /** What was written and holds no answer yet. */
  text: string;
}
/** The part of a server's socket that is read. */
interface AnsweringStream extends Methods {
  /** The response that is being written. */
  readonly _httpMessage?: { readonly req?: object } | null;
}

type AnswerOf = (argument: unknown, held: Waiting, stream: AnsweringStream) => Answer | undefined;

/** What each stream has instead of our methods. */
const waiting = new WeakMap<object, Waiting>();
const interceptors = {
  _write: intercept('_write', answerIn),
  _writev: intercept('_writev', answerInAny),
  _destroy: intercept('_destroy', (error) => ({ error: error as Error | null })),
};
const { _writev: _, ...withoutWritev } = interceptors;

/**
 * Calls back once, at the first write to a stream that answers a request for good, or at its destruction. Until then
 * the stream has methods of its own, from then on those of its class under the same keys. To delete the keys would make
 * the stream slow for good; to put a prototype before its own and take it away costs a connection more than all else
 * that we do for it.
 */
export function onFirstAnswer(stream: Duplex, request: object, answered: Answered): void {
  if (stream.destroyed || waiting.has(stream)) return;
  const { _write, _writev, _destroy, _httpMessage } = stream as unknown as AnsweringStream;
  const queued = _httpMessage ? request : undefined;
  waiting.set(stream, { _write, _writev, _destroy, answered, queued, text: '' });
  Object.defineProperties(stream, _writev ? interceptors : withoutWritev);
}

function intercept(name: Method, answerOf: AnswerOf): PropertyDescriptor {
  return {
    configurable: true,
    writable: true,
    value(this: AnsweringStream, ...args: unknown[]) {
      const held = waiting.get(this);
      if (held) guard('upgrade', () => look(this, held, answerOf, args[0]), undefined);
      // Ours may live on inside of what somebody put around it.
      const original = held?.[name] ?? Object.getPrototypeOf(this)[name];
      return Reflect.apply(original, this, args);
    },
  };
}

function look(stream: AnsweringStream, held: Waiting, answerOf: AnswerOf, argument: unknown): void {
  // Also where what follows throws.
  waiting.delete(stream);
  const answer = answerOf(argument, held, stream);
  if (answer) {
    restore(stream, held);
    held.answered(answer);
  } else waiting.set(stream, held);
}

function restore(stream: Methods, originals: Methods): void {
  for (const name of ['_write', '_writev', '_destroy'] as const) {
    if (stream[name] === interceptors[name].value) stream[name] = originals[name];
  }
}

function answerInAny(pieces: unknown, held: Waiting, stream: AnsweringStream): Answer | undefined {
  for (const { chunk } of pieces as { chunk: unknown }[]) {
    const answer = answerIn(chunk, held, stream);
    if (answer) return answer;
  }
  return undefined;
}

function answerIn(chunk: unknown, held: Waiting, { _httpMessage }: AnsweringStream): Answer | undefined {
  const text = held.text + chunk;
  const answer = readAnswer(text);
  // A 101 is ours all the same: an app may upgrade without waiting for its turn.
  const isEarlier = held.queued && _httpMessage && _httpMessage.req !== held.queued;
  if (isEarlier && answer?.statusCode !== 101) return undefined;
  held.text = text;
  return answer;
}
