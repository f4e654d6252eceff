import { CLOSE_CODES, type CloseCategory, classifyCloseCode } from './close-code-table.ts';

/** Description of one close code, based on the IANA WebSocket Close Code Number Registry and RFC 6455 §7.4. */
export interface CloseCodeInfo {
  /** The close code that is described. */
  readonly code: number;
  /**
   * Name of the close code: the app's name, else the name in the IANA WebSocket Close Code Number Registry. A code
   * without a name has the name of its range.
   */
  readonly name: string;
  /** Kind of ending that the close code means. */
  readonly category: CloseCategory;
  /** Text that says when an endpoint reports this code. */
  readonly description: string;
  /** Whether an endpoint may put the code into a Close frame (RFC 6455 §7.4). */
  readonly sendable: boolean;
  /** Whether a browser's `close(code)` accepts the code: 1000 and 3000-4999 (WHATWG WebSockets § close). */
  readonly closable: boolean;
}

/** Name of an app's close code, and whether a close with this code counts as an error. */
export interface CloseCodeMeaning {
  /** Name of the close code. @defaultValue the name in the IANA registry, or of the code's range */
  readonly name?: string;
  /** Whether a close with this code counts as an error. @defaultValue the code's category and `wasClean` decide */
  readonly abnormal?: boolean;
}

/**
 * Names of an app's close codes, and whether a close with such a code counts as an error, by code. For example `{ 4401:
 * { name: 'Unauthorized', abnormal: true } }`.
 */
export type CloseCodeMeanings = Readonly<Record<number, CloseCodeMeaning>>;

/** Descriptions of the close codes 1000 to 1015, in order. */
const DESCRIPTIONS = [
  'The connection served its purpose',
  'A server stops or a page is left',
  'The protocol was broken',
  'A type of data is not taken',
  'No meaning yet',
  'The Close frame held no code',
  'No Close frame arrived',
  'Data does not fit its type, as bad UTF-8',
  'A policy was broken',
  'A message is too large',
  'An extension is missing',
  'The server failed',
  'The server restarts',
  'The server is overloaded',
  'The server behind a gateway failed',
  'The TLS handshake failed',
];
/** Descriptions of the registered close codes above 1015, by code. */
const REGISTERED: Readonly<Record<number, string>> = {
  3000: 'Authorization is needed',
  3003: 'Authorization is not enough',
  3008: 'The peer took too long',
};
/** Registered close codes that an endpoint never sends (RFC 6455 §7.4.1). The code 1004 has no meaning yet. */
const NEVER_SENT = [1004, 1005, 1006, 1015];

/**
 * Describes a close code. Every number has a description; an unregistered code has the description of its range. Never
 * throws.
 * @param meanings names of the app's close codes, which replace the registered names
 * @see RFC 6455 §7.4, IANA WebSocket Close Code Number Registry
 * @example describeCloseCode(1006).name // 'Abnormal Closure'
 */
export function describeCloseCode(code: number, meanings?: CloseCodeMeanings): CloseCodeInfo {
  const [name, category] = classifyCloseCode(code);
  const forApps = code >= 3000 && code < 5000;
  return {
    code,
    name: meanings?.[code]?.name ?? name,
    category,
    description: DESCRIPTIONS[code - 1000] ?? REGISTERED[code] ?? name,
    sendable: forApps || (code in CLOSE_CODES && !NEVER_SENT.includes(code)),
    closable: forApps || code === 1000,
  };
}
