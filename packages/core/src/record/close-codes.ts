import { CLOSE_CODES, type CloseCategory, classifyCloseCode } from './close-code-table.ts';

/** What the registry and RFC 6455 §7.4 say of one close code. */
export interface CloseCodeInfo {
  readonly code: number;
  /** The name in the IANA WebSocket Close Code Number Registry; for a code without one, the name of its range. */
  readonly name: string;
  readonly category: CloseCategory;
  /** When an endpoint reports this code. */
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

/** The CloseEvent reference in our words: 1000 to 1015 in order. */
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
const REGISTERED: Readonly<Record<number, string>> = {
  3000: 'Authorization is needed',
  3003: 'Authorization is not enough',
  3008: 'The peer took too long',
};
/** RFC 6455 §7.4.1: reported by an endpoint, never on the wire; 1004 has no use yet. */
const NEVER_SENT = [1004, 1005, 1006, 1015];

/**
 * Says what a close code means. Total: every number has an answer, unassigned ones that of their range.
 * @param meanings the user's own names, which win
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
