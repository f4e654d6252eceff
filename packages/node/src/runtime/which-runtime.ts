/**
 * Whether the runtime is Bun. The built-in `ws` of Bun calls no method when a client opens, and no `close()` when it
 * returns a Close frame.
 */
export const IS_BUN: boolean = 'bun' in process.versions;
/**
 * Whether the global `WebSocket` is the runtime's own, as in Bun and Deno. In Node the global `WebSocket` is undici's.
 */
export const HAS_OWN_GLOBAL: boolean = IS_BUN || 'deno' in process.versions;
