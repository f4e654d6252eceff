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
 * Returns whether a script has dispatched an event on a native socket. Some libraries that reconnect do this. If the
 * runtime does not mark its own events, an event that contradicts the socket's `readyState` comes from a script (WHATWG
 * WebSockets § Feedback from the protocol). Marks are the better proof: workerd fires `close` while the socket is open,
 * and WebKit fires `error` while the socket connects.
 * @param marksEvents whether the runtime sets `isTrusted` on its own events
 */
export function isMadeUp(event: unknown, marksEvents = true): boolean {
  const { type, isTrusted, target } = event as SocketEvent;
  if (marksEvents) return isTrusted === false;
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
