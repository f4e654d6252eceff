/** Sentence and next step for each part of a response for which a client refuses the response. */
const PARTS: Readonly<Record<string, readonly [sentence: string, next: string]>> = {
  http: [
    'What came back is no valid response of HTTP.',
    'Check the port, whether it speaks TLS, and which program listens there.',
  ],
  upgrade: [
    'The client refused the response: its header Upgrade is missing or wrong.',
    'Check that each proxy passes on the headers Connection and Upgrade of the response.',
  ],
  connection: [
    'The client refused the response: its header Connection is missing or wrong.',
    'Check that each proxy passes on the headers Connection and Upgrade of the response.',
  ],
  accept: [
    'The client refused the response: its Sec-WebSocket-Accept does not fit the key of the request.',
    'Look for a proxy or cache that changes the headers of the handshake, or for a fault of the server.',
  ],
  subprotocol: [
    'The client refused the response: the server chose no subprotocol that the client had offered.',
    'Compare the subprotocols that the client offers with those that the server knows.',
  ],
  extensions: [
    'The client refused the response: it names extensions or parameters that the client had not offered.',
    'Compare the extensions that both ends allow, and look for a proxy that changes the header.',
  ],
  other: [
    'The client refused the response to the handshake, and did not say why.',
    'Look at the response with another client, and for a proxy that changes the headers of the handshake.',
  ],
};

/**
 * Returns a sentence about the part of a response for which the client refused the response, and the next step. Returns
 * `undefined` for a part that is not known.
 */
export function invalidWords(part: string): readonly [sentence: string, next: string] | undefined {
  return Object.hasOwn(PARTS, part) ? PARTS[part] : undefined;
}
