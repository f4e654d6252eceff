import type { ConclusionKind } from './conclude.ts';
import {
  cutter,
  heartbeat,
  known,
  life,
  otherTries,
  plannedTime,
  time,
  traffic,
  trip,
} from './found-words.ts';
import { longestSilence } from './longest-silence.ts';
import type { ProbeResult } from './probe-result.ts';

/** Sentences about one kind of conclusion: the finding, and the next steps. Empty sentences are left out. */
type Words = (found: ProbeResult) => readonly [says: readonly string[], todo: readonly string[]];

const AGAIN = 'Probe again.';

const WORDS: Readonly<Record<ConclusionKind, Words>> = {
  refused: (found) => [['No connection opened, so nothing is known of time limits.'], otherTries(found)],
  at_once: () => [
    ['The connection ended right after it opened: no time limit does this.'],
    ['The server may want a token, a subprotocol or an origin: --header, --subprotocol, --origin.'],
  ],
  broken: () => [['This end dropped bytes that it could not take, so nothing is known of time limits.'], []],
  flooded: () => [
    [
      'The server sent more than a probe takes: 256 MiB, a million messages and pings, or pings too fast for pongs.',
    ],
    ['Probe a path of the server that is silent.'],
  ],
  interrupted: ({ silent: { held } }) => [
    [
      held
        ? `Nothing had cut the silent connection within ${time(held.lifetime)}. ${traffic(held)}.`
        : 'No connection had opened yet.',
      'The probe was ended before more was known.',
    ],
    [AGAIN],
  ],
  paused: () => [
    ['This process did not run for a while, as when the machine sleeps. Its times prove nothing.'],
    [AGAIN],
  ],
  kept: ({ options, silent }) => [
    [
      `Nothing cut the connection in ${plannedTime(options.silentFor)} of silence.`,
      silent.held?.pings.answered
        ? `A ping then had its pong${trip(silent)}.`
        : 'A ping then had no pong, but the server still sent.',
    ],
    ['No heartbeat is needed against limits of that length. To look for a longer limit, use --for.'],
  ],
  kept_busy: ({ options, silent }) => [
    [
      `Nothing cut the connection in ${plannedTime(options.silentFor)}, but the server itself broke the silence.`,
      `The longest silence was ${time(longestSilence(silent))}. Limits above that stay unknown.`,
    ],
    ['No further heartbeat is needed while the server sends as much.'],
  ],
  idle: (found) => [
    [`${cutter(found)} after ${found.conclusion.limit} s of silence. Pings keep it.`, known(found)],
    heartbeat(found),
  ],
  idle_and_age: (found) => [
    [
      `${cutter(found)} after ${found.conclusion.limit} s of silence. Pings keep it beyond that.`,
      known(found),
      `With pings it ended at an age of ${life(found.pinged)}: a limit of its age, or a restart.`,
    ],
    [
      ...heartbeat(found),
      `If it is a limit: let clients connect again before an age of ${life(found.pinged)}.`,
    ],
  ],
  age: (found) => [
    [
      `${cutter(found)} at an age of ${found.conclusion.limit} s, with pings and without.`,
      'That is a limit of the age, or a limit of silence that pings do not end.',
      known(found),
    ],
    [
      'A heartbeat of pings does not help. Raise the limit, or let clients connect again before that age.',
      ...(found.silent.close?.initiator === 'remote'
        ? ['The end came with a Close frame: the server may expect a message first, such as a token.']
        : []),
    ],
  ],
  irregular: ({ silent, pinged }) => [
    [
      `The silent connection ended at an age of ${life(silent)}, and the one with pings at ${life(pinged)}.`,
      'No time limit fits both.',
    ],
    ['Look for restarts, deploys and crashes of the server and of the proxies between.', AGAIN],
  ],
  cut: (found) => [
    [
      found.conclusion.limit === undefined
        ? 'The silent connection died, and this end was not told.'
        : `${cutter(found)} after ${found.conclusion.limit} s of silence.`,
      'Whether pings keep it is not known.',
      known(found),
    ],
    [AGAIN],
  ],
  dropped: (found) => [
    [
      `A hop between forgot the silent connection within ${plannedTime(found.options.silentFor)}, and told nobody.`,
      'Pings keep it. Firewalls, NAT and load balancers do this.',
    ],
    heartbeat(found),
  ],
  dead: ({ pinged }) => [
    [
      `The connection died, and this end was not told. With pings another one ended, too, after ${life(pinged)}.`,
    ],
    ['Look for a firewall, NAT or proxy that drops packets, and for a server that hangs.'],
  ],
  no_pongs: () => [
    ['No ping had a pong: the server responds to no pings, or bytes get lost on the way.'],
    ['Look at how the server responds to pings (RFC 6455 §5.5.2).'],
  ],
};

/** Returns the finding of a probe, and the next steps, each in sentences. */
export function conclusionWords(found: ProbeResult): {
  readonly says: readonly string[];
  readonly todo: readonly string[];
} {
  const [says, todo] = WORDS[found.conclusion.kind](found);
  return { says: says.filter(Boolean), todo };
}
