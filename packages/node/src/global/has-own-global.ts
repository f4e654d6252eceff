/** Bun and Deno have a `WebSocket` of their own, where Node has undici's. */
export const HAS_OWN_GLOBAL: boolean = 'bun' in process.versions || 'deno' in process.versions;
