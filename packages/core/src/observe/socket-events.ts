import { CLOSED, CLOSING, OPEN } from './ready-state.ts';
import type { WebSocketLike } from './web-socket-like.ts';

/** Members of a socket's event that closespan reads. Only a `close` event has all of these members. */
export interface SocketEvent {
  readonly type: string;
  /** `false` for an event that a script has dispatched (DOM § Event). Absent if a library makes the events. */
  readonly isTrusted?: boolean;
  readonly target: WebSocketLike;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/**
 * Returns whether a script has dispatched an event, by the mark of the runtime. Some libraries that reconnect dispatch
 * events. The mark is the best proof: workerd fires `close` while the socket is open, and WebKit fires `error` while the
 * socket connects.
 */
export function isUntrusted(event: unknown): boolean {
  return (event as SocketEvent).isTrusted === false;
}

/**
 * Returns whether an event contradicts the `readyState` of its socket (WHATWG WebSockets § Feedback from the protocol).
 * Such an event comes from a script. For a runtime that does not mark its own events as trusted: Deno.
 */
export function contradictsState(event: unknown): boolean {
  const { type, target } = event as SocketEvent;
  // The app's own listener may have called `close()` within the `open` event.
  const first = type === 'open' ? OPEN : type === 'close' ? CLOSED : CLOSING;
  return target.readyState < first;
}

/**
 * Returns the types of events to listen for. `error` is left out for an event emitter: a listener for `error` would
 * keep an app alive that is meant to crash.
 */
export function eventTypesFor(socket: WebSocketLike): readonly string[] {
  return 'listenerCount' in socket ? ['open', 'close'] : ['open', 'close', 'error'];
}
