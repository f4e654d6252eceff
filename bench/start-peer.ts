import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** The other ends of what is measured, in a process of their own. */
export interface Peer {
  /** Of its server. */
  readonly port: number;
  /** Resolves when all its clients are connected to a server. */
  connect(port: number): Promise<void>;
  stop(): void;
}

/** Starts a peer with so many clients at a time. */
export async function startPeer(clients: number): Promise<Peer> {
  const peer = fork(new URL('heap-peer.ts', import.meta.url), [String(clients)]);
  const [address]: [AddressInfo] = (await once(peer, 'message')) as [AddressInfo];
  return {
    port: address.port,
    async connect(port) {
      peer.send(port);
      await once(peer, 'message');
    },
    stop: () => peer.disconnect(),
  };
}
