import type { Duplex } from 'node:stream';
import type { Peer } from '@closespan/core';

/** The part of Node's socket handles that is read. A pipe's handle has no peer name. */
interface Handle {
  getpeername?(name: Partial<Peer>): number;
}

/**
 * Reads the address and port of the remote end of a TCP or TLS socket. The handle is asked, because a `net.Socket` that
 * is asked keeps the result for as long as it lives.
 * @returns `undefined` for a socket that is not connected, and for a pipe
 */
export function tcpPeerOf(socket: Duplex | null | undefined): Peer | undefined {
  const { _handle } = (socket ?? {}) as { _handle?: Handle | null };
  const { address, port } = peerNameOf(_handle);
  return address !== undefined && port !== undefined ? { address, port } : undefined;
}

function peerNameOf(handle: Handle | null | undefined): Partial<Peer> {
  const name: Partial<Peer> = {};
  handle?.getpeername?.(name);
  return name;
}
