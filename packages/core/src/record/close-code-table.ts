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

/** A code's or a range's name and category. */
export type CloseCodeClass = readonly [name: string, category: CloseCategory];

const RESERVED = 'reserved';
const PROTOCOL = 'protocol';
const TRANSIENT = 'transient';
const POLICY = 'policy';

/** The names of the IANA WebSocket Close Code Number Registry; 1014 has a description only, ours is its short form. */
export const CLOSE_CODES: Readonly<Record<number, CloseCodeClass>> = {
  1000: ['Normal Closure', 'normal'],
  1001: ['Going Away', 'normal'],
  1002: ['Protocol error', PROTOCOL],
  1003: ['Unsupported Data', PROTOCOL],
  1004: ['Reserved', RESERVED],
  1005: ['No Status Rcvd', 'normal'],
  1006: ['Abnormal Closure', 'lost'],
  1007: ['Invalid frame payload data', PROTOCOL],
  1008: ['Policy Violation', POLICY],
  1009: ['Message Too Big', PROTOCOL],
  1010: ['Mandatory Ext.', PROTOCOL],
  1011: ['Internal Error', 'internal'],
  1012: ['Service Restart', TRANSIENT],
  1013: ['Try Again Later', TRANSIENT],
  1014: ['Bad Gateway', TRANSIENT],
  1015: ['TLS handshake', 'lost'],
  3000: ['Unauthorized', POLICY],
  3003: ['Forbidden', POLICY],
  3008: ['Timeout', POLICY],
};

/** The ranges of RFC 6455 §7.4.2 by the thousand that their codes begin with, the first one apart. */
const RANGES: readonly CloseCodeClass[] = [
  ['Reserved, not used', RESERVED],
  ['Reserved for future revisions of the standard', RESERVED],
  ['Reserved for extensions', RESERVED],
  ['Registered for libraries', 'library'],
  ['Private use', 'application'],
  ['Outside every range', RESERVED],
];

/** Classes a code; one that is not registered is of its range's class. */
export function classifyCloseCode(code: number): CloseCodeClass {
  const range = Math.min(Math.max(Math.floor(code / 1000), 0), RANGES.length - 1) || 0;
  return CLOSE_CODES[code] ?? (RANGES[range] as CloseCodeClass);
}
