/**
 * Whether the runtime is Bun. The built-in `ws` of Bun calls no method when a client opens, and no `close()` when it
 * returns a Close frame.
 */
export const IS_BUN: boolean = 'bun' in process.versions;
/**
 * Whether the global `WebSocket` is the runtime's own, as in Bun and Deno. In Node the global `WebSocket` is undici's.
 */
export const HAS_OWN_GLOBAL: boolean = IS_BUN || 'deno' in process.versions;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
/** Whether Node publishes each request that is made: from 22.12 on. Node 20 publishes a request when it is sent. */
export const TELLS_CREATION: boolean = major > 22 || (major === 22 && minor >= 12);
