/** Bun has a `ws` of its own: it opens clients unseen, and answers Close frames by no `close()` of its sockets. */
export const IS_BUN: boolean = 'bun' in process.versions;
