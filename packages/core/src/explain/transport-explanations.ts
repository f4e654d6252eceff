import type { CloseCause } from '../record/close-cause.ts';
import { type CauseExplanation, otherEnd } from './cause-explanation.ts';
import { durationText } from './duration-text.ts';

const RUNBOOK = 'websocketabnormalcloses';

/** Explanations of connections that ended without a Close frame of the peer, by cause. */
export const TRANSPORT_EXPLANATIONS = {
  connection_reset: {
    sentence: ({ errorCode }) =>
      `TCP was reset${errorCode ? ` (${errorCode})` : ''}: no Close frame arrived.`,
    next: (facts) =>
      `Look for a crash or restart of the other end, or of a proxy between, at this time. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  close_timeout: {
    sentence: () => 'This end closed, and no Close frame came back in time.',
    next: (facts) => `The peer is gone, or too busy to respond. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  ping_timeout: {
    sentence: () => 'The peer did not respond to a ping in time, so this end dropped the connection.',
    next: (facts) => `The peer or the network between is gone, or too slow. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  connection_lost: {
    sentence: ({ lifetime }) => {
      const time = lifetime === undefined ? '' : ` after ${durationText(lifetime)}`;
      return `The connection was lost${time}: no Close frame arrived.`;
    },
    next: (facts) =>
      `Nobody can know more from this end. ${otherEnd(facts)} If many end at one age, look for a limit of a proxy.`,
    runbook: RUNBOOK,
  },
} satisfies Partial<Record<CloseCause, CauseExplanation>>;
