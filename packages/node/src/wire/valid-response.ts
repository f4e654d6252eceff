import type { ClientRequest, IncomingMessage } from 'node:http';
import { namesIn } from './response-head.ts';

/** Text that a server appends to the key of a handshake (RFC 6455 §1.3). */
const SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Says whether a client may accept a response of status 101: the proof of the server is right, and the server has
 * chosen nothing that the client did not offer (RFC 6455 §4.1).
 */
export function isValidResponse(request: ClientRequest, { headers }: IncomingMessage): boolean {
  // A response was received, so Node has loaded this module.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const proof = createHash('sha1')
    .update(`${request.getHeader('sec-websocket-key')}${SUFFIX}`)
    .digest('base64');
  return (
    headers['sec-websocket-accept'] === proof &&
    isOffered(request, 'sec-websocket-protocol', headers['sec-websocket-protocol']) &&
    isOffered(request, 'sec-websocket-extensions', headers['sec-websocket-extensions'])
  );
}

function isOffered(request: ClientRequest, name: string, chosen: string | undefined): boolean {
  const offered = namesIn(String(request.getHeader(name) ?? ''));
  return namesIn(chosen ?? '').every((one) => offered.includes(one));
}
