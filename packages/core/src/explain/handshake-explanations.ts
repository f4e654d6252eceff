import type { CloseCause } from '../record/close-cause.ts';
import { type CauseExplanation, otherEnd } from './cause-explanation.ts';
import type { ExplainedFacts } from './explained-facts.ts';
import { failureWords } from './failure-words.ts';
import { invalidWords } from './invalid-words.ts';
import { NO_RESPONSE, phaseWords } from './phase-words.ts';
import { refusalWords, requestIdWords, responderWords } from './refusal-words.ts';

const RUNBOOK = 'websockethandshakefailures';
/** Words for a handshake of a page, which gets no error code. */
const HIDDEN =
  'Check the address, and that the server runs. In a page the browser hides the reason, but its console may show it. ';
/** Time from which a handshake counts as slow, in seconds. */
const SLOW_HANDSHAKE = 3;

/** Explanations of handshakes that failed, by cause. */
export const HANDSHAKE_EXPLANATIONS = {
  handshake_rejected: {
    sentence: ({ httpStatusCode, responder }) => {
      const status = httpStatusCode === undefined ? '' : ` with HTTP status ${httpStatusCode}`;
      return responder && status
        ? `${responder} responded to the handshake${status}.`
        : `The handshake was refused${status}.`;
    },
    next: (facts) =>
      [refusalWords(facts.httpStatusCode), responderWords(facts), requestIdWords(facts)]
        .filter(Boolean)
        .join(' '),
    runbook: RUNBOOK,
  },
  handshake_timeout: {
    sentence: ({ phase }) =>
      phaseWords(phase)?.tooLong ?? 'No response to the handshake came in the time that the client allows.',
    next: ({ phase }) => phaseWords(phase)?.next ?? NO_RESPONSE,
    runbook: RUNBOOK,
  },
  handshake_failed: {
    sentence: (facts) => knownWords(facts)?.[0] ?? failureSentence(facts),
    next: (facts) =>
      knownWords(facts)?.[1] ??
      phaseWords(facts.phase)?.next ??
      `${facts.errorCode ? '' : HIDDEN}${otherEnd(facts)} The log of a proxy may say more.`,
    runbook: RUNBOOK,
  },
  aborted_connecting: {
    sentence: ({ phase }) =>
      `The app closed the socket ${phaseWords(phase)?.when ?? 'before the handshake was done'}.`,
    next: ({ handshake = 0, phase }) =>
      handshake >= SLOW_HANDSHAKE
        ? `The handshake was slow. ${phaseWords(phase)?.next ?? 'Look at the load of the server, and at the time limit of the app.'}`
        : 'Nothing to do, if the app meant to. A component that connects twice does this, too.',
  },
} satisfies Partial<Record<CloseCause, CauseExplanation>>;

/** Returns a sentence and a next step, if the facts of a failed handshake name its reason. */
function knownWords(facts: ExplainedFacts): readonly [sentence: string, next: string] | undefined {
  const { invalid, errorCode, phase, transportEnd } = facts;
  return invalidWords(invalid) ?? failureWords(errorCode, phase, transportEnd);
}

function failureSentence({ errorCode, phase }: ExplainedFacts): string {
  const when = phaseWords(phase)?.when;
  if (!errorCode && !when) return 'The handshake failed, and this end was not told why.';
  return `The handshake failed${when ? ` ${when}` : ''}${errorCode ? `: ${errorCode}` : ''}.`;
}
