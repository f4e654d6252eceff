import { namesIn } from './response-head.ts';

/** Text that a server appends to the key of a handshake (RFC 6455 §1.3). */
const SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Headers of a response with choices from what the client offers. */
const CHOSEN = ['sec-websocket-protocol', 'sec-websocket-extensions'];

/** Returns the value of a header by its name in lower case; empty if there is none. */
type ValueOf = (name: string) => string;

/**
 * Says whether a client may accept a response of status 101: the proof of the server is right, and the server has
 * chosen nothing that the client did not offer (RFC 6455 §4.1).
 */
export function isValidResponse(requested: ValueOf, responded: ValueOf): boolean {
  // A response was received, so Node has loaded this module.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const proof = createHash('sha1')
    .update(`${requested('sec-websocket-key')}${SUFFIX}`)
    .digest('base64');
  return (
    responded('sec-websocket-accept') === proof &&
    CHOSEN.every((name) => {
      const offered = namesIn(requested(name));
      return namesIn(responded(name)).every((one) => offered.includes(one));
    })
  );
}
