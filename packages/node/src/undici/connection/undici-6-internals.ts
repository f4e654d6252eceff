/** Whether Node's own copy is as old, which fires no `close` after a failed handshake. */
export const GLOBAL_IS_6: boolean = Number.parseInt(process.versions.undici ?? '', 10) < 7;

/**
 * undici 6 keeps the response, and with it the TCP socket, under a symbol, and tells it in no other way.
 * @returns `undefined` before the socket has opened, and for other versions
 */
export function responseSocketOf(websocket: object): object | undefined {
  return ownValue<{ socket?: object }>(websocket, 'response')?.socket;
}

/** Whether the handshake has failed: undici 6 leaves the socket's `readyState` at 0. */
export function hasFailed(websocket: object): boolean {
  const controller = ownValue<{ state?: string }>(websocket, 'controller');
  return controller?.state !== undefined && controller.state !== 'ongoing';
}

function ownValue<T>(websocket: object, description: string): T | undefined {
  const symbol = Object.getOwnPropertySymbols(websocket).find((own) => own.description === description);
  return symbol && (websocket as Record<symbol, T | undefined>)[symbol];
}
