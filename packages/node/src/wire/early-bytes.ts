import type { Duplex } from 'node:stream';

/** Returns the bytes after the handshake that have come already: in the stream's queue, or beside the request. */
export function earlyBytes(stream: Duplex, head: Uint8Array | undefined): Uint8Array[] {
  const { _readableState } = stream as { readonly _readableState?: { readonly buffer?: Iterable<unknown> } };
  const queued = [...(_readableState?.buffer ?? [])].filter((one) => one instanceof Uint8Array);
  return !head?.length || queued.includes(head) ? queued : [head, ...queued];
}
