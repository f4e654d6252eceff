/** Whether the global `WebSocket` of this Node comes from undici 6, which fires no `close` after a failed handshake. */
export const GLOBAL_IS_6: boolean = Number.parseInt(process.versions.undici ?? '', 10) < 7;

/**
 * Reads the TCP socket of a WebSocket of undici 6. undici 6 stores the socket in the response, under a symbol.
 * @returns `undefined` before the WebSocket has opened, and for other versions of undici
 */
export function responseSocketOf(websocket: object): object | undefined {
  return symbolValueOf<{ socket?: object }>(websocket, 'response')?.socket;
}

/**
 * Says whether the handshake of a WebSocket of undici 6 has failed. The `readyState` of such a WebSocket stays 0.
 * Returns `false` for other versions of undici.
 */
export function hasFailed(websocket: object): boolean {
  const controller = symbolValueOf<{ state?: string }>(websocket, 'controller');
  return controller?.state !== undefined && controller.state !== 'ongoing';
}

/** State in which undici 6 stores that its Close frame was written. The first versions store `true`. */
const SENT: readonly unknown[] = [2, true];

/**
 * Says whether a WebSocket of undici 6 has written its own Close frame.
 * @returns `undefined` for other versions of undici
 */
export function hasSentClose(websocket: object): boolean | undefined {
  const state = symbolValueOf<unknown>(websocket, 'sent close');
  return state === undefined ? undefined : SENT.includes(state);
}

function symbolValueOf<T>(websocket: object, description: string): T | undefined {
  const symbol = Object.getOwnPropertySymbols(websocket).find((one) => one.description === description);
  return symbol && (websocket as Record<symbol, T | undefined>)[symbol];
}
