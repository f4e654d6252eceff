import type { CloseCause } from '../record/close-cause.ts';
import { type CauseExplanation, otherEnd, unsentWords } from './cause-explanation.ts';
import { durationText } from './duration-text.ts';

const RUNBOOK = 'websocketabnormalcloses';

/** Age below which a lost connection had just opened, in seconds. */
const EARLY = 1;

/** Explanations of connections that ended without a Close frame of the peer, by cause. */
export const TRANSPORT_EXPLANATIONS = {
  connection_reset: {
    sentence: ({ errorCode }) =>
      `TCP was reset${errorCode ? ` (${errorCode})` : ''}: no Close frame arrived.`,
    next: (facts) =>
      `${unsentWords(facts)}Look for a crash or restart of the other end, or of a proxy between, at this time. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  close_timeout: {
    sentence: () => 'This end closed, and no Close frame came back in time.',
    next: (facts) => `${unsentWords(facts)}The peer is gone, or too busy to respond. ${otherEnd(facts)}`,
    runbook: RUNBOOK,
  },
  ping_timeout: {
    sentence: ({ unanswered }) =>
      unanswered
        ? `This end gave up a peer that had left ${unanswered === 1 ? 'a ping' : `${unanswered} pings`} unanswered for too long.`
        : 'This end gave up a peer whose heartbeat did not come in time.',
    next: (facts) =>
      `${unsentWords(facts)}The peer or the network between is gone, or too slow. ${otherEnd(facts)}`,
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
      `${unsentWords(facts)}Nothing to do, if the app meant it. Otherwise look for terminate() or destroy() in the app. ${otherEnd(facts)}`,
  },
  idle_timeout: {
    sentence: ({ idle, limit, initiator }) => {
      const time = idle === undefined ? 'silence' : `${durationText(idle)} of silence`;
      const size = limit === undefined ? '' : ` of ${limit} s`;
      if (initiator === 'local')
        return `This end dropped the connection after ${time}: its own idle limit${size}.`;
      return `The connection was cut after ${time}, which fits an idle limit${size}.`;
    },
    next: ({ limit, initiator }) => {
      const whose = initiator === 'local' ? "this server's idleTimeout" : "the proxy's limit";
      return limit === undefined
        ? `Ping more often, or raise ${whose}.`
        : `Ping at least every ${pingPeriod(limit)} s, or raise ${whose} of ${limit} s.`;
    },
    runbook: RUNBOOK,
  },
  connection_lost: {
    sentence: ({ lifetime, limitKind, transportEnd }) => {
      const time = lifetime === undefined ? '' : ` after ${durationText(lifetime)}`;
      if (transportEnd === 'timeout')
        return `The connection was lost${time}: nothing acknowledged what this end sent.`;
      const age = limitKind === 'age' ? ', an age at which earlier ones ended, too' : '';
      const frames = transportEnd === 'fin' ? 'a FIN came, and no Close frame' : 'no Close frame arrived';
      return `The connection was lost${time}${age}: ${frames}.`;
    },
    next: (facts) => {
      if (facts.transportEnd === 'timeout')
        return 'Look for a dead host, a lost network, or a firewall that drops packets.';
      if (facts.limitKind === 'age')
        return 'Look for a proxy, or for a server, that limits how long a connection may live. Connect again before that age.';
      const { lifetime = EARLY } = facts;
      const more =
        lifetime < EARLY
          ? `${otherEnd(facts)} The connection had just opened: look for an error in what the other end does first.`
          : `${otherEnd(facts)} If many end at one age, look for a limit of a proxy.`;
      return facts.transportEnd === 'fin'
        ? `The other process ended or closed its socket, or a proxy cut the connection. ${more}`
        : `Nobody can know more from this end. ${more}`;
    },
    runbook: RUNBOOK,
  },
} satisfies Partial<Record<CloseCause, CauseExplanation>>;

/** Returns after how many seconds an end must ping below an idle limit: a twelfth of the limit is left for the way. */
function pingPeriod(limit: number): string {
  const seconds = (limit * 11) / 12;
  return limit < 10 ? seconds.toFixed(1) : String(Math.floor(seconds));
}
