const LOADERS: Readonly<Record<string, () => Promise<unknown>>> = {
  ws: async () => (await import('ws')).WebSocket,
  undici: async () => (await import('undici')).WebSocket,
  global: async () => globalThis.WebSocket,
  websocket: async () => (await import('websocket')).default.w3cwebsocket,
};

/** Loads the WebSocket class of a library; `global` is the class of Node itself. */
export async function loadWebSocket(library: string): Promise<typeof WebSocket> {
  const loaded = await LOADERS[library]?.();
  if (!loaded) throw new Error(`Expected one of ${Object.keys(LOADERS).join(', ')}, got \`${library}\``);
  // The apps use those members alone that all four classes share.
  return loaded as typeof WebSocket;
}
