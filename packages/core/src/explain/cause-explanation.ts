import { classifyCloseCode } from '../record/close-code-table.ts';
import type { ExplainedFacts } from './explained-facts.ts';

/** Explanation of one cause. */
export interface CauseExplanation {
  /** Returns one sentence of at most 120 characters that says what happened, and claims no more than the facts prove. */
  readonly sentence: (facts: ExplainedFacts) => string;
  /** Returns what to do next, in one or two sentences. */
  readonly next: (facts: ExplainedFacts) => string;
  /** Anchor of the section of the runbook that continues. Absent if no alert is about the cause. */
  readonly runbook?: string;
}

/** Returns the code with its name, such as `1001 (Going Away)`. */
export function codeOf({ code, name }: ExplainedFacts): string {
  return code === undefined ? 'no known code' : `${code}${name && ` (${name})`}`;
}

/** Returns the code that the app passed to `close(code)`, with its name, if the record has another code. */
export function requestedCodeOf({ code, requestedCode }: ExplainedFacts): string | undefined {
  if (requestedCode === undefined || requestedCode === code) return undefined;
  const [name] = classifyCloseCode(requestedCode);
  return `${requestedCode}${name && ` (${name})`}`;
}

/** Returns what bytes that never left say about the peer, before a next step. Empty if all bytes have left. */
export function unsentWords({ unsentSize }: ExplainedFacts): string {
  return unsentSize ? `${unsentSize} bytes waited to be sent: look whether the peer reads too slowly. ` : '';
}

/** Returns who closed, as the subject of a sentence. */
export function closerOf({ initiator }: ExplainedFacts): string {
  if (initiator === 'local') return 'This end';
  return initiator === 'remote' ? 'The peer' : 'One end';
}

/** Returns a sentence that names the record of the other end, which may say more. */
export function otherEnd({ connectionId }: ExplainedFacts): string {
  return connectionId
    ? `Look at the record of the other end, id ${connectionId}.`
    : 'Look at the record of the other end.';
}

/** Returns what was lost: an open connection, or a handshake. */
export function lossOf({ opened }: ExplainedFacts): string {
  return opened === false ? 'the handshake failed' : 'the connection was lost';
}
