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
