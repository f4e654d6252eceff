import { plural } from '../terminal/plural.ts';
import { time, traffic } from './found-words.ts';
import type { PingCount } from './heartbeat.ts';
import type { ProbedConnection } from './probe-connection.ts';
import type { ProbedClose } from './probed-close.ts';

const ENDS: Readonly<Record<ProbedConnection['end'], string>> = {
  refused: 'failed',
  kept: 'kept, and closed by this end,',
  dead: 'dead: a ping had no pong. Given up',
  cut: 'cut',
  broken: 'ended by this end',
  flooded: 'given up by this end',
  interrupted: 'ended by you',
};
/** Causes of ends about which the conclusion of the probe says more than the single close. */
const BARE: readonly unknown[] = ['connection_lost', 'connection_reset', 'idle_timeout'];

/** Returns what became of one connection, in lines. */
export function connectionLines({ end, handshake, held, close }: ProbedConnection): string[] {
  return [
    `  ${ENDS[end]} after ${time(held?.lifetime ?? handshake)}${held ? '' : ', before it opened'}`,
    ...(held ? [`  ${traffic(held)}.${pings(held.pings)}`] : []),
    ...(close ? closeLines(close) : []),
  ];
}

function pings({ sent, answered }: PingCount): string {
  return sent === 0 ? '' : ` ${plural(sent, 'ping')} sent, ${plural(answered, 'pong')} came.`;
}

function closeLines({ sentence, evidence, error, cause, next }: ProbedClose): string[] {
  return [
    `  ${sentence}`,
    ...(error ? [`  The client says: ${error}`] : []),
    ...(evidence.length > 0 ? [`  Evidence: ${evidence.join('; ')}.`] : []),
    ...(BARE.includes(cause) ? [] : [`  ${next}`]),
  ];
}
