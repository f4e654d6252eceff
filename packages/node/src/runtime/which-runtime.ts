/** Whether the runtime is Bun, whose built-in `ws` opens clients unseen and calls no `close()` to return a Close frame. */
export const IS_BUN: boolean = 'bun' in process.versions;
/** Whether the global `WebSocket` is the runtime's own, as in Bun and Deno; the one of Node is undici's. */
export const HAS_OWN_GLOBAL: boolean = IS_BUN || 'deno' in process.versions;
