/** What kind of ending a close code tells of; bounded, from the code alone. */
export type CloseCategory =
  | 'normal'
  | 'transient'
  | 'protocol'
  | 'policy'
  | 'internal'
  | 'lost'
  | 'library'
  | 'application'
  | 'reserved';

/** What the registry and RFC 6455 §7.4 say of one close code. */
export interface CloseCodeInfo {
  readonly code: number;
  /** The name in the IANA WebSocket Close Code Number Registry; for a code without one, the name of its range. */
  readonly name: string;
  readonly category: CloseCategory;
  /** One sentence: when an endpoint reports this code. */
  readonly description: string;
  /** Whether an endpoint may put the code into a Close frame (RFC 6455 §7.4). */
  readonly sendable: boolean;
  /** Whether `close(code)` of a browser takes it: 1000 and 3000-4999 (WHATWG WebSockets § close). */
  readonly closable: boolean;
}

/** A user's own meaning of a code. */
export interface CloseCodeMeaning {
  /** Takes the place of the registry's name. */
  readonly name?: string;
  /** Whether a close with this code is an error; what is left out follows from the code's category. */
  readonly abnormal?: boolean;
}

/** A user's own meanings by code, e.g. `{ 4401: { name: 'Unauthorized', abnormal: true } }`. */
export type CloseCodeMeanings = Readonly<Record<number, CloseCodeMeaning>>;

type Row = readonly [name: string, category: CloseCategory, description: string];

const RESERVED = 'reserved';
const NEVER_SENT = 'Never on the wire: ';

/** IANA WebSocket Close Code Number Registry, with the descriptions of the CloseEvent reference in our words. */
const CODES: Readonly<Record<number, Row>> = {
  1000: ['Normal Closure', 'normal', 'The connection did what it was opened for.'],
  1001: ['Going Away', 'normal', 'A server shuts down or a page is left.'],
  1002: ['Protocol error', 'protocol', 'The peer broke the protocol.'],
  1003: ['Unsupported Data', 'protocol', 'The peer sent a type of data that is not taken.'],
  1004: ['Reserved', RESERVED, 'Has no meaning yet.'],
  1005: ['No Status Rcvd', 'normal', `${NEVER_SENT}the Close frame held no code.`],
  1006: ['Abnormal Closure', 'lost', `${NEVER_SENT}no Close frame arrived.`],
  1007: [
    'Invalid frame payload data',
    'protocol',
    'A message held data that its type forbids, such as bad UTF-8.',
  ],
  1008: ['Policy Violation', 'policy', 'A message or the connection broke a policy.'],
  1009: ['Message Too Big', 'protocol', 'A message was larger than is taken.'],
  1010: ['Mandatory Ext.', 'protocol', 'The server did not agree to an extension that the client needs.'],
  1011: ['Internal Error', 'internal', 'The server met a condition that it did not expect.'],
  1012: ['Service Restart', 'transient', 'The server restarts.'],
  1013: ['Try Again Later', 'transient', 'The server is overloaded or closes for a while.'],
  1014: ['Bad Gateway', 'transient', 'A gateway got an invalid answer from its upstream server.'],
  1015: ['TLS handshake', 'lost', `${NEVER_SENT}the TLS handshake failed.`],
  3000: ['Unauthorized', 'policy', 'The endpoint needs authorization.'],
  3003: ['Forbidden', 'policy', 'The endpoint is authorized, and still may not do this.'],
  3008: ['Timeout', 'policy', 'The peer took too long.'],
};

/** The ranges of RFC 6455 §7.4.2, each by its last code. */
const RANGES: readonly (readonly [last: number, row: Row])[] = [
  [999, ['Reserved, not used', RESERVED, 'Below the first close code.']],
  [1999, ['Reserved for future revisions of the standard', RESERVED, 'Not assigned by any standard yet.']],
  [2999, ['Reserved for extensions', RESERVED, 'For WebSocket extensions to define.']],
  [3999, ['Registered for libraries', 'library', 'For libraries and frameworks, registered at IANA.']],
  [4999, ['Private use', 'application', 'Agreed between the two applications.']],
];

const OUTSIDE: Row = ['Outside every range', RESERVED, 'Not a WebSocket close code.'];

/**
 * Says what a close code means. Total: every number has an answer, unassigned ones that of their range.
 * @param meanings the user's own names, which win
 * @see RFC 6455 §7.4, IANA WebSocket Close Code Number Registry
 * @example describeCloseCode(1006).name // 'Abnormal Closure'
 */
export function describeCloseCode(code: number, meanings?: CloseCodeMeanings): CloseCodeInfo {
  const [name, category, description] = CODES[code] ?? RANGES.find(([last]) => code <= last)?.[1] ?? OUTSIDE;
  const forApps = code >= 3000 && code < 5000;
  return {
    code,
    name: meanings?.[code]?.name ?? name,
    category,
    description,
    sendable: forApps || (code in CODES && !description.startsWith(NEVER_SENT) && category !== RESERVED),
    closable: forApps || code === 1000,
  };
}
