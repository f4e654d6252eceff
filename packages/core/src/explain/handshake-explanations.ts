import type { CloseCause } from '../record/close-cause.ts';
import { type CauseExplanation, otherEnd } from './cause-explanation.ts';
import { failureWords } from './failure-words.ts';
import { refusalWords, requestIdWords, responderWords } from './refusal-words.ts';

const RUNBOOK = 'websockethandshakefailures';
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
    sentence: () => 'No response to the handshake came in the time that the client allows.',
    next: () => 'Look at the load of the server, and whether a proxy or firewall swallows the upgrade.',
    runbook: RUNBOOK,
  },
  handshake_failed: {
    sentence: ({ errorCode }) =>
      failureWords(errorCode)?.[0] ??
      (errorCode
        ? `The handshake failed: ${errorCode}.`
        : 'The handshake failed, and this end was not told why.'),
    next: (facts) =>
      failureWords(facts.errorCode)?.[1] ??
      `${facts.errorCode ? '' : 'Browsers hide the reason from scripts. '}${otherEnd(facts)} The log of a proxy may say more.`,
    runbook: RUNBOOK,
  },
  aborted_connecting: {
    sentence: () => 'The app closed the socket before the handshake was done.',
    next: ({ handshake = 0 }) =>
      handshake >= SLOW_HANDSHAKE
        ? 'The handshake was slow: look at the load of the server, and at the time limit of the app.'
        : 'Nothing to do, if the app meant to. A component that connects twice does this, too.',
  },
} satisfies Partial<Record<CloseCause, CauseExplanation>>;
