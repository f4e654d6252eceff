/** Words for the steps of a handshake in which it can end. */
interface PhaseWords {
  /** When the handshake ended, as the end of a sentence. */
  readonly when: string;
  /** Sentence for a handshake that took longer than the client allows. */
  readonly tooLong: string;
  /** Next step if the handshake was slow. */
  readonly next: string;
}

/** Next step if a request got no response. */
export const NO_RESPONSE =
  'Look at the load of the server, and whether a proxy or firewall swallows the upgrade.';

const PHASES: Readonly<Record<string, PhaseWords>> = {
  dns: {
    when: 'while the host name was looked up',
    tooLong: 'The host name was not resolved in the time that the client allows.',
    next: 'Look at the resolver of this machine, and at the network to it.',
  },
  tcp: {
    when: 'while the TCP connection was made',
    tooLong: 'The TCP connection was not made in the time that the client allows.',
    next: 'Check the address, firewalls and routes between the ends, and whether the server accepts connections.',
  },
  tls: {
    when: 'while the two ends agreed on TLS',
    tooLong: 'The two ends did not agree on TLS in the time that the client allows.',
    next: 'Check whether the port speaks TLS, and the load of what ends TLS there.',
  },
  response: {
    when: 'while the response was awaited',
    tooLong: 'The request has left, and no response came in the time that the client allows.',
    next: NO_RESPONSE,
  },
};

/** Returns words for the step in which a handshake ended; `undefined` if the step is not known. */
export function phaseWords(phase: string): PhaseWords | undefined {
  return Object.hasOwn(PHASES, phase) ? PHASES[phase] : undefined;
}
