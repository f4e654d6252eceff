import type { Duplex } from 'node:stream';
import type { Peer } from '@closespan/core';

/** The part of Node's handles that is asked; a pipe's has it not. */
interface Handle {
  getpeername?(name: Partial<Peer>): number;
}

/**
 * The remote end of a TCP or TLS socket while it is connected. The handle is asked, since a socket that is asked keeps
 * its answer for as long as it lives.
 */
export function tcpPeerOf(socket: Duplex | null | undefined): Peer | undefined {
  const { _handle } = (socket ?? {}) as { _handle?: Handle | null };
  const { address, port } = nameOf(_handle);
  return address !== undefined && port !== undefined ? { address, port } : undefined;
}

function nameOf(handle: Handle | null | undefined): Partial<Peer> {
  const name: Partial<Peer> = {};
  handle?.getpeername?.(name);
  return name;
}
