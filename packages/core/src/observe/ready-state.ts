/** `readyState` before the handshake has ended (WHATWG WebSockets § The WebSocket interface). */
export const CONNECTING = 0;
/** `readyState` while messages can be sent. */
export const OPEN = 1;
/** `readyState` after a call of `close()`, or after the peer's Close frame, until the connection is closed. */
export const CLOSING = 2;
/** `readyState` of a connection that is closed, or that failed to open. */
export const CLOSED = 3;
