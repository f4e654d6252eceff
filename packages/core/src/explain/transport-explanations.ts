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
    sentence: ({ unanswered }) =>
      unanswered
        ? `This end gave up a peer that had left ${unanswered === 1 ? 'a ping' : `${unanswered} pings`} unanswered for too long.`
        : 'This end gave up a peer whose heartbeat did not come in time.',
    next: (facts) => `The peer or the network between is gone, or too slow. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  pong_backlog: {
    sentence: () => 'ws dropped the connection: too many pongs for the peer waited to be sent.',
    next: (facts) => `The peer sends pings and does not read, or sends them too fast. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  local_terminate: {
    sentence: () => 'This end dropped the TCP connection and sent no Close frame.',
    next: (facts) =>
      `Nothing to do, if the app meant it. Otherwise look for terminate() or destroy() in the app. ${otherEnd(facts)}`,
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
