import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HandshakeFacts } from './handshake.ts';
import { createSharedValues } from './shared-values.ts';
import { requestedSocketPath } from './socket-path.ts';
import { tcpPeerOf } from './tcp-peer.ts';

/**
 * Makes a function that returns address and port of the server that a client is connected to, or the path of a Unix
 * socket. The result is `undefined` if neither is known. Clients of one server share one object.
 */
export function createPeerFactsReader(): (
  tcp: Duplex | null,
  request?: ClientRequest,
) => HandshakeFacts | undefined {
  const share = createSharedValues<HandshakeFacts>();
  return (tcp, request) => {
    const peer = tcpPeerOf(tcp);
    if (peer) return share(`${peer.address} ${peer.port}`, () => ({ peer }));
    const socketPath = requestedSocketPath(request);
    return socketPath === undefined ? undefined : share(socketPath, () => ({ socketPath }));
  };
}
