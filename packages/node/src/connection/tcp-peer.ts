import type { Duplex } from 'node:stream';
import type { Peer } from '@closespan/core';
import { plainAddress } from './plain-address.ts';

/** Member of Node's internal socket handles that closespan reads. The handle of a pipe lacks this method. */
interface Handle {
  getpeername?(name: Partial<Peer>): number;
}

/**
 * Reads the address and port of the remote end of a TCP or TLS socket. The values come from Node's internal handle. A
 * `net.Socket` would keep the values in memory for its whole life.
 * @returns `undefined` if the socket is not connected, or is a pipe
 */
export function tcpPeerOf(socket: Duplex | null | undefined): Peer | undefined {
  const { _handle } = (socket ?? {}) as { _handle?: Handle | null };
  const { address, port } = peerNameOf(_handle);
  return address !== undefined && port !== undefined ? { address: plainAddress(address), port } : undefined;
}

function peerNameOf(handle: Handle | null | undefined): Partial<Peer> {
  const name: Partial<Peer> = {};
  handle?.getpeername?.(name);
  return name;
}
