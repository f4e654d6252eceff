/** Reason of engine.io and engine.io-client for a peer whose heartbeat did not come in time. */
export const PING_TIMEOUT = 'ping timeout';
/** Reason of engine.io and engine.io-client for a WebSocket that has closed. */
export const TRANSPORT_CLOSE = 'transport close';
/** Reason that a Socket.IO server gives when the app closes the server. */
export const SHUTTING_DOWN = 'server shutting down';
/** Stands for a reason that is not in the fixed set, such as a text of a later version. */
const OTHER = '_OTHER';

/** Reasons of engine.io, engine.io-client and Socket.IO for the end of a connection. */
const REASONS: ReadonlySet<unknown> = new Set([
  PING_TIMEOUT,
  TRANSPORT_CLOSE,
  SHUTTING_DOWN,
  'transport error',
  'parse error',
  'forced close',
  'forced server close',
  'server close',
  'client error',
]);

/** Returns a reason as it is if the fixed set has it; otherwise `_OTHER`. */
export function engineReason(reason: unknown): string {
  return REASONS.has(reason) ? String(reason) : OTHER;
}
