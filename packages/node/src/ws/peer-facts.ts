import type { ClientRequest } from 'node:http';
import type { HandshakeFacts } from '../connection/handshake.ts';
import { createSharedValues } from '../connection/shared-values.ts';
import { requestedSocketPath } from '../connection/socket-path.ts';
import { tcpPeerOf } from '../connection/tcp-peer.ts';
import type { WsSocket } from './ws-socket.ts';

/**
 * Makes a function that returns address and port of the server that a client is connected to, or the path of a Unix
 * socket. The result is `undefined` if neither is known. Clients of one server share one object.
 */
export function createPeerFactsReader(): (
  tcp: WsSocket['_socket'],
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
