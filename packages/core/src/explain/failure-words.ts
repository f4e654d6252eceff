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
    'Look at the log of the server, and of the proxies before it. Check whether the port speaks TLS.',
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'TLS failed: the certificate of the server is not valid at this time.',
    'Renew the certificate, and check the clock of this machine.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    'TLS failed: the certificate of the server does not name this host.',
    'Check the host in the URL, and the names in the certificate.',
  ],
  [
    /SELF_SIGNED|^UNABLE_TO_|^CERT_(UNTRUSTED|SIGNATURE_FAILURE)$/,
    'TLS failed: this client does not trust who signed the certificate of the server.',
    'Send the whole chain of certificates from the server, or give the client the root by NODE_EXTRA_CA_CERTS.',
  ],
  [
    /^ERR_SSL_WRONG_VERSION_NUMBER$/,
    'TLS failed: what the port sent is no TLS of a version that this client speaks.',
    'Check whether the port speaks TLS: a URL with ws: may be right.',
  ],
  [
    /CERT|^ERR_TLS|^ERR_SSL|^EPROTO$/,
    'TLS failed: the two ends could not agree on a secure connection.',
    'Check the certificate, its names and dates, and whether the port speaks TLS.',
  ],
  [
    /^(HPE_HEADER|UND_ERR_HEADERS)_OVERFLOW$/,
    'The headers of the response are longer than this client allows.',
    'Send fewer or shorter headers and cookies from the server, or raise maxHeaderSize of the client.',
  ],
  [
    /^(EMFILE|ENFILE)$/,
    'This process has no file descriptor left for a connection.',
    'Close connections, or raise the limit of open files.',
  ],
];

/** Words for a connection whose other side ended TCP in order before it had responded. */
const ENDED = [
  'The other side ended TCP before it responded to the handshake.',
  'Look at the log of the server, and of the proxies before it. Check whether the port speaks TLS.',
] as const;
/** Error codes of a connection over which nothing comes any more. */
const DEAD = /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/;

/**
 * Returns a sentence about an error code of a failed handshake, and the next step. Returns `undefined` for a code that
 * is not known.
 * @param phase step in which the handshake failed; empty if not known
 * @param transportEnd how TCP ended; empty if not known
 */
export function failureWords(
  code: string | undefined,
  phase: string,
  transportEnd: string,
): readonly [sentence: string, next: string] | undefined {
  const isConnected = phase === 'tls' || phase === 'response';
  if (code && isConnected && DEAD.test(code))
    return [
      'The network went dead during the handshake: nothing acknowledged the bytes of this end.',
      'Check firewalls and routes between the ends.',
    ];
  // Node makes up `ECONNRESET` where a FIN came in place of a response.
  if (transportEnd === 'fin' && (!code || code === 'ECONNRESET') && phase !== 'tls') return ENDED;
  if (transportEnd === 'reset' && !code) return failureWords('ECONNRESET', phase, '');
  const found = code === undefined ? undefined : FAILURES.find(([pattern]) => pattern.test(code));
  return found && [found[1], found[2]];
}
