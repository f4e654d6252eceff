/** Whether the global `WebSocket` of this Node is undici 6, which fires no `close` after a failed handshake. */
export const GLOBAL_IS_6: boolean = Number.parseInt(process.versions.undici ?? '', 10) < 7;

/**
 * Reads the TCP socket of a WebSocket of undici 6, which keeps it in the response under a symbol.
 * @returns `undefined` before the WebSocket has opened, and for other versions
 */
export function responseSocketOf(websocket: object): object | undefined {
  return symbolValueOf<{ socket?: object }>(websocket, 'response')?.socket;
}

/** Whether the handshake of a WebSocket of undici 6 has failed: its `readyState` stays 0 then. False for other versions. */
export function hasFailed(websocket: object): boolean {
  const controller = symbolValueOf<{ state?: string }>(websocket, 'controller');
  return controller?.state !== undefined && controller.state !== 'ongoing';
}

function symbolValueOf<T>(websocket: object, description: string): T | undefined {
  const symbol = Object.getOwnPropertySymbols(websocket).find((one) => one.description === description);
  return symbol && (websocket as Record<symbol, T | undefined>)[symbol];
}
