/**
 * Kind of ending that a close code means: one of a fixed set, decided by the code alone. `lost`: no Close frame
 * arrived. `library` and `application`: unregistered codes from 3000-3999 and codes from 4000-4999 (RFC 6455 §7.4.2).
 */
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

/** Name and category of a close code, or of a range of close codes. */
export type CloseCodeClass = readonly [name: string, category: CloseCategory];

const RESERVED = 'reserved';
const PROTOCOL = 'protocol';
const TRANSIENT = 'transient';
const POLICY = 'policy';

/**
 * Names and categories of registered close codes. The names come from the IANA WebSocket Close Code Number Registry.
 * For 1014 the registry has only a description; the name here is its short form.
 */
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

/**
 * Names and categories of ranges of close codes (RFC 6455 §7.4.2). Entry n covers the codes n000 to n999. The last
 * entry covers all codes from 5000.
 */
const RANGES: readonly CloseCodeClass[] = [
  ['Reserved, not used', RESERVED],
  ['Reserved for future revisions of the standard', RESERVED],
  ['Reserved for extensions', RESERVED],
  ['Registered for libraries', 'library'],
  ['Private use', 'application'],
  ['Outside every range', RESERVED],
];

/**
 * Returns the name and category of a close code. A code that is not registered has the name and category of its range.
 */
export function classifyCloseCode(code: number): CloseCodeClass {
  const range = Math.min(Math.max(Math.floor(code / 1000), 0), RANGES.length - 1) || 0;
  const known = Object.hasOwn(CLOSE_CODES, code) ? CLOSE_CODES[code] : undefined;
  return known ?? (RANGES[range] as CloseCodeClass);
}
