/** Error codes of failed handshakes, each with a sentence and a next step. */
const FAILURES: readonly (readonly [code: RegExp, sentence: string, next: string])[] = [
  [
    /^ECONNREFUSED$/,
    'Nobody listens at the address: the TCP connection was refused.',
    'Check that the server runs, and its port.',
  ],
  [
    /^(ENOTFOUND|EAI_\w+)$/,
    'The host name could not be resolved.',
    'Check the name, and the resolver of this machine.',
  ],
  [
    /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    'The TCP connection was not made in time.',
    'Check the address, firewalls and routes between the ends.',
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/,
    'The network has no route to the server.',
    'Check the network of this machine.',
  ],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/,
    'The TCP connection was cut during the handshake.',
    'Look at the log of the server, and of the proxies before it.',
  ],
  [
    /CERT|^UNABLE_TO_|SELF_SIGNED|^ERR_TLS|^ERR_SSL|^EPROTO$/,
    'TLS failed: the two ends could not agree on a secure connection.',
    'Check the certificate, its names and dates, and whether the port speaks TLS.',
  ],
  [
    /^(EMFILE|ENFILE)$/,
    'This process has no file descriptor left for a connection.',
    'Close connections, or raise the limit of open files.',
  ],
];

/** Error codes of a connection over which nothing comes any more. */
const DEAD = /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/;

/**
 * Returns a sentence about an error code of a failed handshake, and the next step. Returns `undefined` for a code that
 * is not known.
 * @param phase step in which the handshake failed; empty if not known
 */
export function failureWords(
  code: string | undefined,
  phase: string,
): readonly [sentence: string, next: string] | undefined {
  const isConnected = phase === 'tls' || phase === 'response';
  if (code && isConnected && DEAD.test(code))
    return [
      'The network went dead during the handshake: nothing acknowledged the bytes of this end.',
      'Check firewalls and routes between the ends.',
    ];
  const found = code === undefined ? undefined : FAILURES.find(([pattern]) => pattern.test(code));
  return found && [found[1], found[2]];
}
