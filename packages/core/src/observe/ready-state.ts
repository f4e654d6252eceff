/** Value of `readyState` until the handshake has ended (WHATWG WebSockets § The WebSocket interface). */
export const CONNECTING = 0;
/** Value of `readyState` while messages can be sent. */
export const OPEN = 1;
/** Value of `readyState` from a call of `close()`, or from the peer's Close frame, until the connection is closed. */
export const CLOSING = 2;
/** Value of `readyState` when the connection is closed, or has failed to open. */
export const CLOSED = 3;
