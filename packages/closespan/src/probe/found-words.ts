import { durationText } from '@closespan/core/explain';
import { plural } from '../terminal/plural.ts';
import type { HeldConnection } from './hold-open.ts';
import type { ProbedConnection } from './probe-connection.ts';
import type { ProbeResult } from './probe-result.ts';

/** Returns milliseconds in words, such as `60.0 s`. */
export function time(milliseconds: number): string {
  return durationText(milliseconds / 1000);
}

/** Returns how long a connection was open, in words. */
export function life(connection: ProbedConnection | undefined): string {
  return time(connection?.held?.lifetime ?? 0);
}

/** Returns planned milliseconds in words, such as `90 s` and `10 min`. */
export function plannedTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (!Number.isInteger(seconds) || seconds >= 600) return durationText(seconds);
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

/** Returns who cut a connection, and the verb. The words claim no more than the end shows. */
export function cutter({ silent: { close } }: ProbeResult): string {
  return close?.initiator === 'remote'
    ? `The server, or a gateway before it, closes with ${close.code}`
    : 'A hop between, or the server, cuts the connection';
}

/** Returns what came on a connection, as a sentence without its end. */
export function traffic({
  traffic: { messages, serverPings, bytes },
  pings: { answered },
}: HeldConnection): string {
  const parts = [
    messages > 0 && plural(messages, 'message'),
    serverPings > 0 && `${plural(serverPings, 'ping')} of the server`,
  ].filter((part) => part !== false);
  if (parts.length > 0) return `${parts.join(' and ')} came`;
  if (bytes === 0) return 'Nothing came';
  return answered > 0 ? 'Only pongs came' : `${bytes} bytes came, and no whole message`;
}

/** Returns the time of the longest round trip, as an addition to a sentence. */
export function trip({ held }: ProbedConnection): string {
  const { longestRoundTrip } = held?.pings ?? {};
  return longestRoundTrip === undefined ? '' : ` after ${time(longestRoundTrip)}`;
}

/** Returns a sentence about the known limit that fits. */
export function known({ conclusion: { known, limit, kind } }: ProbeResult): string {
  if (known) return `Known limits of ${known.seconds} s: ${known.of.join(', ')}.`;
  if (limit === undefined) return '';
  const chance = kind === 'idle' ? ' A crash at that moment would look alike: probe again to be sure.' : '';
  return `No known limit is ${limit} s long.${chance}`;
}

/** Returns what to do if pings keep a connection. */
export function heartbeat({ conclusion: { heartbeat, limit } }: ProbeResult): string[] {
  const most = limit === undefined ? '' : `, and at least every ${mostSeconds(limit)} s`;
  return [
    `Send a ping every ${heartbeat} s${most}. Let the server do so, since browsers cannot ping.`,
    'Or let the app send a small message as often.',
    ...(limit === undefined ? [] : [`Or raise the limit of ${limit} s.`]),
  ];
}

/** Returns flags and an address with which a connection that was refused may open. */
export function otherTries({ options: { url, isInsecure }, silent: { close } }: ProbeResult): string[] {
  const { error = '', evidence = [] } = close ?? {};
  return [
    !isInsecure &&
      /certificate/i.test(error) &&
      'To probe with that certificate all the same, use --insecure.',
    url.protocol === 'ws:' &&
      error === 'socket hang up' &&
      'If the port expects TLS, the address begins with wss://.',
    evidence.some((text) => /^HTTP status 40[13]$/.test(text)) &&
      'To send a token, an origin or a subprotocol, use --header, --origin or --subprotocol.',
  ].filter((text) => text !== false);
}

/** Returns the longest time between two pings below a limit: a twelfth of the limit is left for the way. */
function mostSeconds(limit: number): string {
  const seconds = (limit * 11) / 12;
  return limit < 10 ? seconds.toFixed(1) : String(Math.floor(seconds));
}
