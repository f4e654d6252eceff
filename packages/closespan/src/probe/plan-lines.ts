import { cleanText } from '../terminal/clean-text.ts';
import { plural } from '../terminal/plural.ts';
import { plannedTime } from './found-words.ts';
import { longestProbe, longestWithPings } from './plan-phases.ts';
import { type ProbeOptions, shownUrl } from './probe-options.ts';

/** Returns what a probe will do, in lines. Values of headers are not in them. */
export function planLines(options: ProbeOptions): string[] {
  const { url, silentFor, headers, subprotocols, origin, isInsecure } = options;
  const names = Object.keys(headers);
  const more = [
    names.length > 0 &&
      `with ${plural(names.length, 'header')} of yours: ${names.join(', ')} (values are not shown)`,
    subprotocols.length > 0 && `with the ${plural(subprotocols.length, 'subprotocol')} of yours (not shown)`,
    origin !== undefined && `with the origin ${cleanText(origin)}`,
    isInsecure && 'without a check of the TLS certificate',
  ].filter((line) => line !== false);
  return [
    `Probe of ${shownUrl(url)}${more.length > 0 ? `, ${more.join(', ')}` : ''}`,
    `  1. Opens a connection, sends nothing, and waits until it is cut: for at most ${plannedTime(silentFor)}. Then sends one ping.`,
    '  2. If it was cut or died: opens a second connection, and sends a ping each half of that time.',
    `     Waits 2.5 times as long, at most 10 min longer than that time: at most ${plannedTime(longestWithPings(silentFor))}.`,
    `  One connection at a time, no messages, at most ${plannedTime(longestProbe(options))} in all. Ctrl-C ends it, and says what is known.`,
  ];
}
