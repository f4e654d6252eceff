import { describeCloseCode } from '@closespan/core';

/** Row of the table of close codes. */
export interface CodeRow {
  /** Code, or range of codes such as `4000-4999`. */
  readonly code: string;
  readonly name: string;
  /** Category of the code. In the row of a preset: `normal` or `abnormal`. */
  readonly category: string;
  /** Text that says when an endpoint reports the code. Empty if the name says that. */
  readonly meaning: string;
  /** Who may put the code into a Close frame. */
  readonly sender: string;
  /** Name of the preset that defines the code. `undefined` for codes of the registry. */
  readonly preset?: string;
}

/** Codes of the IANA WebSocket Close Code Number Registry. */
const REGISTERED = [...Array.from({ length: 16 }, (_, index) => 1000 + index), 3000, 3003, 3008];
/** Ranges of codes without a name of their own (RFC 6455 §7.4.2). */
const RANGES = [
  [0, 999],
  [1016, 1999],
  [2000, 2999],
  [3000, 3999],
  [4000, 4999],
  [5000, 65_535],
] as const;

/** Returns the codes of the registry, and the ranges of all other codes. */
export function registryRows(): CodeRow[] {
  return [
    ...REGISTERED.map((code) => codeRow(code)),
    ...RANGES.map(([first, last]) => codeRow(last, `${first}-${last}`)),
  ];
}

/** Returns the row of one code, which may be a code of a range. */
export function codeRow(code: number, text: string = String(code)): CodeRow {
  const { name, category, description } = describeCloseCode(code);
  return {
    code: text,
    name,
    category,
    meaning: description === name ? '' : description,
    sender: senderOf(code),
  };
}

/**
 * Says who may put a code into a Close frame (RFC 6455 §7.4, WHATWG WebSockets § close).
 * @returns words for the place behind `sent by`
 */
export function senderOf(code: number): string {
  const { sendable, closable } = describeCloseCode(code);
  if (closable) return 'any end';
  return sendable ? 'any end but scripts of pages' : 'nobody';
}
