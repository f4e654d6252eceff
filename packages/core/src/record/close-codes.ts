import { CLOSE_CODES, type CloseCategory, classifyCloseCode } from './close-code-table.ts';

/** Describes one close code, after the IANA WebSocket Close Code Number Registry and RFC 6455 §7.4. */
export interface CloseCodeInfo {
  /** The code that was asked about. */
  readonly code: number;
  /** Name in the IANA WebSocket Close Code Number Registry; an unregistered code has the name of its range. */
  readonly name: string;
  /** Kind of ending that the code stands for. */
  readonly category: CloseCategory;
  /** Says when an endpoint reports this code. */
  readonly description: string;
  /** Whether an endpoint may put the code into a Close frame (RFC 6455 §7.4). */
  readonly sendable: boolean;
  /** Whether `close(code)` of a browser takes it: 1000 and 3000-4999 (WHATWG WebSockets § close). */
  readonly closable: boolean;
}

/** Names and judges one close code of an app. */
export interface CloseCodeMeaning {
  /** Replaces the registry's name. @defaultValue the registry's name */
  readonly name?: string;
  /** Whether a close with this code is an error. @defaultValue decided by the code's category and `wasClean` */
  readonly abnormal?: boolean;
}

/** Meanings that an app gives to close codes, by code: `{ 4401: { name: 'Unauthorized', abnormal: true } }`. */
export type CloseCodeMeanings = Readonly<Record<number, CloseCodeMeaning>>;

/** Descriptions of the codes 1000 to 1015, in order. */
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
/** Descriptions of the registered codes from 3000. */
const REGISTERED: Readonly<Record<number, string>> = {
  3000: 'Authorization is needed',
  3003: 'Authorization is not enough',
  3008: 'The peer took too long',
};
/** Codes that an endpoint reports and never sends (RFC 6455 §7.4.1); 1004 has no meaning yet. */
const NEVER_SENT = [1004, 1005, 1006, 1015];

/**
 * Describes a close code. Every number has a description: an unregistered one has that of its range. Never throws.
 * @param meanings names of the app, which replace the registry's
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
